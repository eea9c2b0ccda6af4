import { version } from './cli/version.js';
import type { Config } from './config.js';
import type { StartedPart } from './part.js';
import type { System } from './system.js';

/** Serves the API with the system's own context, but for whom it acts: each request says that itself. */
export async function startApiPart({ context }: System, { api }: Config): Promise<StartedPart> {
  // Loaded here: who only works needs no HTTP server.
  const { startApi } = await import('./api/app.js');
  const { tenant: _tenant, actor: _actor, ...system } = context;
  const started = await startApi({ system, settings: api, version: version() });
  return {
    line: `on: ${started.url}, described at ${started.url}/docs`,
    stop: (withinMs) => started.stop(withinMs),
  };
}
