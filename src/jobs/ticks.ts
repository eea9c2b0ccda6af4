import { createHash } from 'node:crypto';
import { createTask, type ScheduledTask } from 'node-cron';
import { endTick, putTick, takeTick, type TickQueue } from '../core/operations/queue.js';
import type { Context } from '../core/operations/operation.js';
import type { StartedPart } from '../part.js';
import { runLoop } from './loop.js';
import { createStop } from './stop.js';
import type { Wake } from './wake.js';

/** Something that is done by the clock, once, however many processes there are. */
export interface Tick {
  readonly name: string;
  /** Minute, hour, day of month, month, day of week, in UTC. */
  readonly when: string;
  /** Whether it is due when the service starts too. */
  readonly atStart: boolean;
  /** Whether people wait for it, so that it must not wait until longer ones are done; false when absent. */
  readonly soon?: boolean;
  /** A process that took it and is not heard of for so long is taken for dead. */
  readonly expiresAfterSeconds: number;
  /** Does it. `context.signal` aborts when the process has to go. */
  work(context: Context): Promise<void>;
}

/** Ticks that are worked at once, so that a long one does not keep the others waiting; people wait behind none. */
const LANES: readonly TickQueue[] = ['tick', 'tick', 'tick-soon'];
const MINUTE_MS = 60_000;

/**
 * Puts each tick into the queue when it is due, and works those that are there. Every process puts the same job, by
 * its id, and one is kept; so a tick is run once.
 */
export async function startTicks(
  context: Context,
  wake: Wake,
  ticks: readonly Tick[],
  begun = new Date(),
): Promise<StartedPart> {
  const { stopping, broken, stop } = createStop();
  const put = async (tick: Tick, due: Date) => {
    try {
      const queue = tick.soon === true ? 'tick-soon' : 'tick';
      await putTick(context, { ...tick, queue, id: tickId(tick.name, due) });
      wake.wake();
    } catch (error) {
      context.log.error('a tick was not put into the queue', { tick: tick.name, error });
    }
  };
  const tasks: ScheduledTask[] = ticks.map((tick) =>
    createTask(tick.when, ({ date }) => put(tick, date), { name: tick.name, timezone: 'Etc/UTC' }),
  );
  for (const task of tasks) await task.start();
  const minute = new Date(Math.floor(begun.getTime() / MINUTE_MS) * MINUTE_MS);
  for (const tick of ticks) if (tick.atStart) await put(tick, minute);

  const loops = LANES.map((queue, index) => {
    const turn = () => workTick({ ...context, signal: broken }, queue, ticks);
    return runLoop({ name: `${queue} ${index}`, log: context.log, wake, stopping, turn });
  });
  return {
    line: `on: ${ticks.map(({ name }) => name).join(', ')}`,
    stop: async (withinMs) => {
      for (const task of tasks) await task.destroy();
      await stop(Promise.all(loops), withinMs);
    },
  };
}

async function workTick(context: Context, queue: TickQueue, ticks: readonly Tick[]): Promise<number> {
  const job = await takeTick(context, queue);
  if (job === null) return 0;
  const tick = ticks.find(({ name }) => name === job.name);
  try {
    // A name that is not known was put there by another version, which will do it at its next turn.
    await tick?.work(context);
    await endTick(context, job, null);
  } catch (error) {
    context.log.error('a tick failed', { tick: job.name, task: job.id, error });
    await endTick(context, job, {
      code: 'tick-failed',
      message: `The tick ${job.name} failed; see the log.`,
    });
  }
  return 1;
}

/** The same for every process, by the tick's name and the minute at which it is due: the key that makes it one. */
function tickId(name: string, due: Date): string {
  const minute = Math.round(due.getTime() / MINUTE_MS);
  const hex = createHash('sha256').update(`${name} ${minute}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
