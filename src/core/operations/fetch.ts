import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { z } from 'zod';
import { nearest } from '../analysis/nearest.js';
import { askSource, sourceRows, sourceWishes } from '../store/source-state.js';
import { storableText } from './fields.js';
import { operation, OperationError, type Context } from './operation.js';
import { sourceItems, type SourceItem } from './source-states.js';

const DEFAULT_WAIT_SECONDS = 60;
/** Of whoever sits at the machine; who asks from elsewhere holds a connection, which proxies end after as long. */
const LONGEST_WAIT_SECONDS = 600;
const LONGEST_WAIT_ELSEWHERE_SECONDS = 60;
/** Of one tenant in one process: each that waits looks again and again. */
const AT_ONCE = 3;
const SOURCES_AT_ONCE = 4;
/** Between two looks at whether a wish was answered, growing from the first to the last. */
const FIRST_LOOK_MS = 20;
const LAST_LOOK_MS = 500;

/**
 * `looked`: it has looked. `looking`: it still does, and goes on. `nobody`: no process runs it, and this one does not
 * have its settings.
 */
export type FetchOutcome = 'looked' | 'looking' | 'nobody';

export interface FetchedSource extends SourceItem {
  readonly outcome: FetchOutcome;
  /** What this look brought: new documents, such as were there before, and what was put aside. */
  readonly brought: { readonly taken: number; readonly known: number; readonly failed: number };
}

export interface FetchResult {
  readonly items: readonly FetchedSource[];
  /** A sentence on where to see what comes of those that still look; null where none does. */
  readonly note: string | null;
}

export const fetch = operation({
  name: 'fetch',
  summary: 'Have a mailbox or folder, or all of them, looked at now',
  role: 'analyst',
  effect: 'changes',
  input: z.object({
    name: storableText(z.string().trim().min(1).max(100)).optional().describe('Only this mailbox or folder'),
    wait: z.coerce
      .number()
      .int()
      .min(0)
      .max(LONGEST_WAIT_SECONDS)
      .default(DEFAULT_WAIT_SECONDS)
      .describe(
        `Seconds to wait for what it brings; ${LONGEST_WAIT_ELSEWHERE_SECONDS} at most for users and keys`,
      ),
  }),
  run: (context, input): Promise<FetchResult> => {
    refuseLong(context, input.wait);
    return inPlace(context, () => fetchAll(context, input));
  },
});

async function fetchAll(
  context: Context,
  { name, wait }: { readonly name?: string | undefined; readonly wait: number },
): Promise<FetchResult> {
  const before = chosen(await sourceItems(context), name);
  const limit = pLimit(SOURCES_AT_ONCE);
  const deadline = performance.now() + wait * 1_000;
  const outcomes = new Map<string, FetchOutcome>();
  await Promise.all(
    before.map((item) =>
      limit(async () => void outcomes.set(item.name, await fetchOne(context, item.name, deadline))),
    ),
  );
  const after = await sourceItems(context);
  const items = before.map((was): FetchedSource => {
    const is = after.find((item) => item.name === was.name) ?? was;
    const more = (field: 'taken' | 'known' | 'failed') => Math.max(0, is[field] - was[field]);
    const brought = { taken: more('taken'), known: more('known'), failed: more('failed') };
    return { ...is, outcome: outcomes.get(was.name) ?? 'nobody', brought };
  });
  const looking = items.filter(({ outcome }) => outcome === 'looking').length;
  return {
    items,
    note:
      looking === 0
        ? null
        : `${looking} of ${items.length} still look, and go on: intake tells how each fares.`,
  };
}

function refuseLong({ actor }: Context, wait: number): void {
  const isElsewhere = actor.user !== undefined || actor.key === true;
  if (!isElsewhere || wait <= LONGEST_WAIT_ELSEWHERE_SECONDS) return;
  throw new OperationError(
    'wait-too-long',
    `fetch waits ${LONGEST_WAIT_ELSEWHERE_SECONDS} seconds at most; the look goes on after that, and intake tells how each fares.`,
  );
}

const underWay = new WeakMap<Context['db'], Map<number, number>>();

/** Does the work where few of the tenant wait. Throws OperationError `fetch-busy`. */
async function inPlace<T>({ db, tenant }: Context, work: () => Promise<T>): Promise<T> {
  const taken = underWay.get(db) ?? new Map<number, number>();
  underWay.set(db, taken);
  const before = taken.get(tenant) ?? 0;
  if (before >= AT_ONCE)
    throw new OperationError(
      'fetch-busy',
      `${AT_ONCE} of your workspace wait for a look already, as many as may; try again when one has its answer, or see intake.`,
    );
  taken.set(tenant, before + 1);
  try {
    return await work();
  } finally {
    const left = (taken.get(tenant) ?? 1) - 1;
    if (left > 0) taken.set(tenant, left);
    else taken.delete(tenant);
  }
}

function chosen(items: readonly SourceItem[], name: string | undefined): readonly SourceItem[] {
  if (items.length === 0)
    throw new OperationError(
      'no-sources',
      'No mailbox or folder is set up: name one in IMAP_URL or WATCH_FOLDER, or several in SOURCES.',
    );
  if (name === undefined) return items;
  const found = items.filter((item) => item.name.toLowerCase() === name.toLowerCase());
  if (found.length > 0) return found;
  const names = items.map((item) => item.name);
  throw new OperationError(
    'unknown-source',
    `There is no mailbox or folder ${name}; there are: ${names.slice(0, 10).join(', ')}.`,
    nearest(name, names),
  );
}

/** Asks the process that runs the source; where none does, looks here. */
async function fetchOne(context: Context, name: string, deadline: number): Promise<FetchOutcome> {
  const isHere = ((await context.sources?.list(context)) ?? []).some((one) => one.name === name);
  for (;;) {
    if (await isRunning(context, name)) {
      const outcome = await askAndWait(context, name, deadline);
      if (outcome !== null) return outcome;
    } else if (isHere && context.sources !== undefined) {
      if (await context.sources.once(context, name, deadline)) return 'looked';
    } else return 'nobody';
    // Somebody else began or ceased to run it at this moment.
    if (performance.now() >= deadline) return 'looking';
    await sleep(LAST_LOOK_MS);
  }
}

/** Null where the process that runs it went away meanwhile. */
async function askAndWait(context: Context, name: string, deadline: number): Promise<FetchOutcome | null> {
  const { db, tenant } = context;
  const wish = await db.within(tenant, (session) => askSource(session, tenant, name));
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(2 * pause, LAST_LOOK_MS)) {
    const { answered } = await db.within(tenant, (session) => sourceWishes(session, tenant, name));
    if (answered >= wish) return 'looked';
    const left = deadline - performance.now();
    if (left <= 0) return 'looking';
    if (pause === LAST_LOOK_MS && !(await isRunning(context, name))) return null;
    await sleep(Math.min(pause, left));
  }
}

async function isRunning({ db, tenant }: Context, name: string): Promise<boolean> {
  const rows = await db.within(tenant, (session) => sourceRows(session, tenant));
  return rows.find((row) => row.name === name)?.running === true;
}
