/**
 * One of several processes that look after alerts: tells channels, does what the clock does, and what the parent asks
 * for. Arguments: URL of the database, file of the clock, URL of the platforms, name of this life.
 */
import { createReconciler } from '../../../src/bot/delivery/reconcile.js';
import { createSpool } from '../../../src/core/intake/spool.js';
import {
  acknowledge,
  assign,
  note,
  reopen,
  resolve,
  snooze,
  unacknowledge,
} from '../../../src/core/operations/alert/transitions.js';
import { mornings } from '../../../src/core/operations/alert/morning.js';
import { raise, type Evaluation } from '../../../src/core/operations/alert/raise.js';
import { stepAll } from '../../../src/core/operations/alert/steps.js';
import { suppress, unsuppress } from '../../../src/core/operations/alert/suppress.js';
import { resume } from '../../../src/core/operations/delivery/park.js';
import type { Context, Operation } from '../../../src/core/operations/operation.js';
import { perform } from '../../../src/core/operations/perform.js';
import { ExpectedError } from '../../../src/core/expected-error.js';
import type { Log } from '../../../src/core/ingest/context.js';
import { DEFAULT_LIMITS } from '../../../src/core/report/limits.js';
import { openDatabase } from '../../../src/core/store/database.js';
import { runLoop } from '../../../src/jobs/loop.js';
import { createWake } from '../../../src/jobs/wake.js';
import { readClock } from './clock.js';
import { simulatedSpeakers } from './speakers.js';
import { MARKED_SUBJECTS } from './told.js';

/** What the parent asks for. */
export type Asked =
  | { readonly do: 'raise'; readonly evaluation: Evaluation }
  | {
      readonly do: 'perform';
      readonly operation: string;
      readonly input: Readonly<Record<string, unknown>>;
      readonly person: string;
    }
  | { readonly do: 'resume'; readonly channel: number }
  /** Nothing more is begun, and what was begun ends: before the clock is set on. */
  | { readonly do: 'rest' }
  | { readonly do: 'go' };

export type Said =
  | { readonly ready: true }
  | { readonly id: number; readonly value: unknown }
  /** Refused for a reason that has a name. */
  | { readonly id: number; readonly refused: string }
  | { readonly id: number; readonly failed: string };

const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  [acknowledge, unacknowledge, resolve, reopen, snooze, assign, note, suppress, unsuppress].map((one) => [
    one.name,
    one as unknown as Operation,
  ]),
);
/** The clock is fast, so one looks often. */
const LOOK_MS = 250;
const [url = '', clockFile = '', platform = '', life = '', lease = ''] = process.argv.slice(2);

const clock = readClock(clockFile);
const db = await openDatabase({ connection: url, connections: 6 });
const quiet: Log = {
  info: () => {},
  warn: () => {},
  error: (_text, fields) => trouble(fields?.['error']),
  child: () => quiet,
};
const wake = createWake();
const context: Context = {
  tenant: 1,
  db,
  actor: { id: 'system', name: 'dmarc-ops', role: 'admin' },
  now: clock.now,
  log: quiet,
  limits: DEFAULT_LIMITS,
  spool: createSpool(),
  claimAtOnce: true,
  keepFailureMail: false,
  changed: wake.wake,
};
const reconciler = createReconciler({
  system: context,
  speakers: simulatedSpeakers(platform, life),
  subjects: MARKED_SUBJECTS,
  wake: wake.wake,
  leaseMs: Number(lease),
});

let resting = true;
let stepping: Promise<unknown> = Promise.resolve();
const step = async (): Promise<void> => {
  await stepAll(context);
  await mornings(context);
};
setInterval(() => {
  if (resting) return;
  wake.wake();
  stepping = stepping.then(() => (resting ? undefined : step())).catch((error: unknown) => trouble(error));
}, LOOK_MS);
let turning: Promise<number> = Promise.resolve(0);
void runLoop({
  name: 'deliveries',
  log: quiet,
  wake,
  stopping: new AbortController().signal,
  turn: () => {
    if (resting) return Promise.resolve(0);
    turning = reconciler.turn();
    return turning;
  },
});

function trouble(error: unknown): void {
  // Connections are cut on purpose.
  if (!(error instanceof ExpectedError)) console.error(error);
}

async function obey(asked: Asked): Promise<unknown> {
  switch (asked.do) {
    case 'raise': {
      const raised = await raise(context, asked.evaluation);
      wake.wake();
      return raised;
    }
    case 'perform': {
      const operation = OPERATIONS.get(asked.operation);
      if (operation === undefined) throw new Error(`there is no ${asked.operation}`);
      const actor = { id: `chat:${asked.person}`, name: asked.person, role: 'admin' } as const;
      return await perform(operation, { ...context, actor }, asked.input);
    }
    case 'resume':
      return await db.within(1, (session) => resume(session, 1, asked.channel, clock.now()));
    case 'rest':
      resting = true;
      await turning.catch(() => {});
      await reconciler.idle();
      await stepping;
      return null;
    case 'go':
      resting = false;
      wake.wake();
      return null;
    default:
      return asked satisfies never;
  }
}

process.on('message', ({ id, asked }: { readonly id: number; readonly asked: Asked }) => {
  void obey(asked).then(
    (value) => process.send?.({ id, value: value ?? null } satisfies Said),
    (error: unknown) => {
      const code = error instanceof ExpectedError ? error.code : null;
      // Trouble of the database leaves it open whether it was done.
      const isRefused = code !== null && !code.startsWith('database');
      process.send?.(
        (isRefused ? { id, refused: code } : { id, failed: code ?? String(error) }) satisfies Said,
      );
    },
  );
});
process.once('disconnect', () => process.exit(0));
process.send?.({ ready: true } satisfies Said);
