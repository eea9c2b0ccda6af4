import { version } from './cli/version.js';
import type { Config } from './config.js';
import { TICKS } from './jobs/tick-list.js';
import { startTicks } from './jobs/ticks.js';
import type { Wake } from './jobs/wake.js';
import { startWorkers } from './jobs/workers.js';
import type { Part, StartedPart } from './part.js';
import { startSources } from './sources/start.js';
import type { System } from './system.js';

/** All parts of the service, in the order in which they start. Others are added here. */
export function partsOf(system: System, config: Config, wake: Wake): readonly Part[] {
  const { context } = system;
  return [
    { name: 'api', share: 'serve', start: () => api(system, config) },
    { name: 'sources', share: 'serve', start: () => startSources(system, config.sources) },
    { name: 'workers', share: 'work', start: () => startWorkers(context, wake) },
    { name: 'ticks', share: 'work', start: () => startTicks(context, wake, TICKS) },
  ];
}

/** Loaded where it serves: a process that only works does without Koa. */
async function api({ context }: System, config: Config): Promise<StartedPart> {
  const { startApi } = await import('./api/app.js');
  const { url, stop } = await startApi({ system: context, settings: config.api, version: version() });
  return { line: `on: ${url}, described at ${url}/docs`, stop };
}
