import { version } from './version.js';
import type { Config } from './config.js';
import type { ChatMount } from './bot/platform.js';
import type { StartedPart } from './part.js';
import type { System } from './system.js';

/**
 * Serves the API with the system's own context, but for whom it acts: each request says that itself. Chat platforms
 * that are called have their addresses on the same port.
 */
export async function startApiPart(
  { context }: System,
  { api }: Config,
  mounts: readonly ChatMount[],
): Promise<StartedPart> {
  // Loaded here: who only works needs no HTTP server.
  const { startApi } = await import('./api/app.js');
  const { tenant: _tenant, actor: _actor, ...system } = context;
  const started = await startApi({ system, settings: api, version: version(), mounts });
  return {
    line: `on: ${started.url}, described at ${started.url}/docs`,
    stop: (withinMs) => started.stop(withinMs),
  };
}
