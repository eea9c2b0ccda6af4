import { createTask, type ScheduledTask } from 'node-cron';
import type { Context } from '../core/operations/operation.js';
import { processEveryPending } from './process-pending.js';

/** What runs by the clock, in UTC. A tick that finds the one before still at work does nothing. */
const TICKS = [
  { name: 'process-pending', when: '* * * * *', work: processEveryPending },
] as const satisfies readonly { name: string; when: string; work: (context: Context) => Promise<void> }[];

export interface Schedule {
  readonly names: readonly string[];
  /** No new ticks; waits for the work under way, at most so long. */
  stop(withinMs: number): Promise<void>;
}

/** Starts all ticks, and runs each once now: what a kill left behind shall not wait for the clock. */
export async function startSchedule(context: Context): Promise<Schedule> {
  const underWay = new Set<Promise<void>>();
  const tasks: ScheduledTask[] = TICKS.map(({ name, when, work }) => {
    const run = async () => {
      const done = work(context).catch((error: unknown) =>
        context.log.error('a tick failed', { name, error }),
      );
      underWay.add(done);
      await done;
      underWay.delete(done);
    };
    return createTask(when, run, { name, timezone: 'Etc/UTC', noOverlap: true });
  });
  for (const task of tasks) await task.start();
  for (const task of tasks) void task.execute();
  return {
    names: TICKS.map((tick) => tick.name),
    stop: async (withinMs) => {
      for (const task of tasks) await task.destroy();
      const late = AbortSignal.timeout(withinMs);
      await Promise.race([
        Promise.all(underWay),
        new Promise((resolve) => late.addEventListener('abort', resolve, { once: true })),
      ]);
    },
  };
}
