import { once } from 'node:events';
import { version } from './version.js';
import { readConfig } from './config.js';
import type { Log } from './core/ingest/context.js';
import { createWake } from './jobs/wake.js';
import type { Share, StartedPart } from './part.js';
import { partsOf } from './parts.js';
import { openSystem } from './system.js';

/** Work under way may take so long to end before the process goes; what is left is given back. */
const STOP_WITHIN_MS = 20_000;

/** Opens everything, starts the parts, says what is on and what is off, and runs until it is told to stop. */
export async function runService(options: {
  /** Both in one process, as with `npm start`, or one of them. */
  readonly shares: readonly Share[];
  readonly say: (line: string) => void;
  /** The machine's clock when absent. */
  readonly now?: () => Date;
}): Promise<void> {
  const { shares, say, now } = options;
  const config = readConfig();
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  say(`dmarc-ops ${version()}`);
  const wake = createWake();
  const changes = createWake();
  const system = await openSystem({
    config,
    note: say,
    wake: wake.wake,
    changed: changes.wake,
    ...(now !== undefined && { now }),
  });
  const started: StartedPart[] = [];
  try {
    say(line('database', `on: ${system.place}`));
    for (const part of partsOf(system, config, { work: wake, changes })) {
      if (!shares.includes(part.share)) continue;
      const one = await part.start();
      started.push(one);
      say(line(part.name, one.line));
    }
    say('Ready. Ctrl-C stops.');
    await stopped;
    say('Stopping: no new work; what is under way comes to its end.');
  } finally {
    await stopParts(started, system.context.log);
    await system.close();
  }
  say('Stopped.');
}

/** Stops all parts at once; one that fails is logged, and keeps nobody from waiting for the others. */
export async function stopParts(started: readonly StartedPart[], log: Log): Promise<void> {
  const ends = await Promise.allSettled(started.map(async (one) => one.stop(STOP_WITHIN_MS)));
  for (const [index, end] of ends.entries())
    if (end.status === 'rejected')
      log.error('a part of the service did not stop as it should', {
        part: started[index]?.line,
        error: end.reason,
      });
}

function line(name: string, text: string): string {
  return `${`${name}:`.padEnd(9)} ${text}`;
}
