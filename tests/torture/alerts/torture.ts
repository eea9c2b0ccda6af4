import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSpool } from '../../../src/core/intake/spool.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { DEFAULT_LIMITS } from '../../../src/core/report/limits.js';
import { openDatabase } from '../../../src/core/store/database.js';
import { startClock, moveClock } from './clock.js';
import { planOf } from './plan.js';
import { startPlatform } from './platform.js';
import { keepWorker, type Kept } from './processes.js';
import { furnish } from './furnish.js';
import { count, insist, take, type World } from './take.js';
import type { Happened } from './happened.js';
import { truth } from './truth.js';
import { parkedIds, waiting } from './look.js';

export interface AlertTortureOptions {
  readonly steps: number;
  readonly seed: number;
  readonly workers: number;
  /** A superuser's URL of an empty database, or of a migrated one. */
  readonly url: string;
  /** For the file of the clock. */
  readonly folder: string;
  /** What runs a worker: alert-child, compiled. */
  readonly program: string;
  readonly note: (line: string) => void;
}

export interface AlertTortureResult {
  /** Empty where all held. */
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** The clock of the torture, in times of the machine's. */
const SPEED = 20;
const BEGIN = new Date('2026-03-02T09:00:00Z');
/** Of the product's 90 s, by a clock that is so fast on a machine that has more to do: half a minute. */
const LEASE_MS = 30_000 * SPEED;
const AT_ONCE = 8;
/** After the last step the clock runs on so far, in hours, so that everything that waits for it comes. */
const RUNS_ON_HOURS = [0.2, 0.2, 1, 6, 12, 24, 24, 24];
const SETTLED_WITHIN_MS = 120_000;
const LEASED_FOR_MS = 3_000;
const SAY_SO_EVERY = 500;

/** Takes random steps on several processes that are killed, lets everything come to rest, and looks at what is held. */
export async function tortureAlerts(options: AlertTortureOptions): Promise<AlertTortureResult> {
  const { folder, note } = options;
  const begun = performance.now();
  const clockFile = path.join(folder, 'clock');
  const clock = startClock(clockFile, BEGIN, SPEED);
  const db = await openDatabase({ connection: options.url });
  const silent = { info: () => {}, warn: () => {}, error: () => {}, child: () => silent };
  const context: Context = {
    tenant: 1,
    db,
    actor: { id: 'torture', name: 'torture', role: 'admin' },
    now: clock.now,
    log: silent,
    limits: DEFAULT_LIMITS,
    spool: createSpool(),
    claimAtOnce: true,
    keepFailureMail: false,
  };
  let workers: readonly Kept[] = [];
  const happened: Happened = {
    found: new Map(),
    clicks: [],
    kills: [],
    suppressed: new Map(),
    counts: {},
    shocks: [],
  };
  const platform = await startPlatform(clock.now, (life) => {
    const [name] = life.split('.');
    const killed = workers.find((one) => one.name === name)?.kill() ?? null;
    if (killed !== null) {
      happened.kills.push({ life: killed, realAt: Date.now() });
      happened.shocks.push({ what: `kill of ${killed}`, realAt: Date.now() });
    }
  });
  const furnished = await furnish(context);
  let resting = false;
  workers = Array.from({ length: options.workers }, (_, at) =>
    keepWorker({
      name: `w${at + 1}`,
      program: options.program,
      words: (life) => [options.url, clockFile, platform.url, life, String(LEASE_MS)],
      begins: () => !resting,
    }),
  );
  const all = async (what: 'rest' | 'go'): Promise<void> => {
    resting = what === 'rest';
    await Promise.all(workers.map((one) => one.ask({ do: what })));
  };
  /** Sets the clock on while nothing is being said, as time does not jump in the middle of a call. */
  const jump = async (ms: number): Promise<void> => {
    await all('rest');
    await platform.idle();
    moveClock(clockFile, ms);
    happened.shocks.push({ what: 'jump', realAt: Date.now() });
    await all('go');
  };
  const world: World = { url: options.url, note, context, platform, furnished, workers, happened };
  try {
    await Promise.all(workers.map((one) => one.ready()));
    const plan = planOf(options.seed, options.steps, workers.length);
    const running = new Set<Promise<void>>();
    for (const [at, step] of plan.entries()) {
      if (at % SAY_SO_EVERY === 0)
        note(`step ${at}, ${clock.now().toISOString()}, ${platform.messages.length} messages`);
      if (step.do === 'jump') {
        await Promise.all(running);
        await jump(step.ms);
        count(happened, 'jump');
        continue;
      }
      while (running.size >= AT_ONCE) await Promise.race(running);
      const done = take(world, step, at).finally(() => running.delete(done));
      running.add(done);
    }
    await Promise.all(running);
    note('the last step is taken; the clock runs on');
    platform.calm();
    note(`after ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
    await settle(world, false);
    for (const id of await parkedIds(context)) await insist(world, { do: 'resume', channel: id });
    for (const hours of RUNS_ON_HOURS) {
      await jump(hours * 3_600_000);
      await settle(world, false);
    }
    // To noon, when nobody wants quiet.
    const now = clock.now();
    const noon = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1, 12);
    await jump(noon - now.getTime());
    await settle(world, true);
    await all('rest');
    note('all is at rest; what is held is looked at');
    const first = await truth(context, platform, happened);
    // What people deleted is posted anew with the next change.
    await all('go');
    for (const id of first.deleted)
      await insist(world, {
        do: 'perform',
        operation: 'note',
        input: { id, note: 'The end.' },
        person: 'ada',
      });
    await settle(world, true);
    const last = await truth(context, platform, happened);
    const still = last.deleted.map((id) => `alert ${id} was not posted anew`);
    const violations = [...new Set([...first.violations, ...last.violations, ...still])];
    const seconds = (performance.now() - begun) / 1_000;
    const counts = {
      ...happened.counts,
      ...platform.faults,
      messages: platform.messages.length,
      calls: platform.calls.length,
      kills: happened.kills.length,
      'deleted in the end': first.deleted.length,
      ...Object.fromEntries(Object.entries(last.excused).map(([name, times]) => [`twice in ${name}`, times])),
      alerts: new Set([...happened.found.values()].flat()).size,
    };
    return { violations, counts, seconds };
  } finally {
    await Promise.all(workers.map((one) => one.stop()));
    await platform.stop();
    await db.close();
    clock.close();
  }
}

/** Waits until nothing is due; while a dead worker holds something it is given some time, or all of it in the end. */
async function settle(world: World, wholly: boolean): Promise<void> {
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  const patience = performance.now() + LEASED_FOR_MS;
  for (;;) {
    const { due, leased } = await waiting(world.context);
    if (due === 0 && leased === 0) return;
    if (due === 0 && !wholly && performance.now() > patience) return;
    if (performance.now() > deadline) {
      world.note(`still waiting: ${due} are due, ${leased} are held`);
      return;
    }
    await sleep(50);
  }
}
