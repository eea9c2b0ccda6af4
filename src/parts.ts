import { startApiPart } from './api-part.js';
import { chatParts } from './chat-part.js';
import type { Config } from './config.js';
import { startRules } from './jobs/evaluate.js';
import { TICKS } from './jobs/tick-list.js';
import { startTicks } from './jobs/ticks.js';
import type { Wake } from './jobs/wake.js';
import { startWorkers } from './jobs/workers.js';
import type { Part } from './part.js';
import { startSources } from './sources/start.js';
import type { System } from './system.js';

/** What wakes parts of this process before they look by themselves. */
export interface Wakes {
  /** Work in the queue. */
  readonly work: Wake;
  /** Something changed that channels may have to hear of. */
  readonly changes: Wake;
}

/** All parts of the service, in the order in which they start. Others are added here. */
export function partsOf(system: System, config: Config, { work: wake, changes }: Wakes): readonly Part[] {
  const { context } = system;
  const chat = chatParts(system, config, changes);
  return [
    // Before the API: it listens for those platforms that call.
    ...chat.parts,
    { name: 'api', share: 'serve', start: () => startApiPart(system, config, chat.mounts()) },
    { name: 'sources', share: 'serve', start: () => startSources(system, config.sources) },
    { name: 'workers', share: 'work', start: () => startWorkers(context, wake) },
    { name: 'rules', share: 'work', start: () => startRules(context, wake) },
    { name: 'ticks', share: 'work', start: () => startTicks(context, wake, TICKS) },
  ];
}
