import { setTimeout as sleep } from 'node:timers/promises';
import { keep } from '../core/ingest/keep.js';
import { processPending } from '../core/ingest/process.js';
import type { IngestContext } from '../core/ingest/context.js';
import type { ReportSource, SetAside, SourceHost, Taken } from '../core/intake/source.js';
import { rawOutcomes, type RawOutcome } from '../core/store/outcomes.js';
import {
  addFailures,
  changeSource,
  countTaken,
  recallSource,
  rememberSource,
} from '../core/store/source-state.js';

/** Between two looks at what became of documents, growing from the first to the last. */
const FIRST_LOOK_MS = 20;
const LAST_LOOK_MS = 500;

export interface HostOptions {
  /** Sets what is to be done when somebody asks for a look. */
  readonly onAsk: SourceHost['onAsk'];
  /** Whether nobody else may be there to read what is taken, so that it is read here. */
  readonly reads: boolean;
  /** Ends waiting. */
  readonly signal: AbortSignal;
}

/** What a source of the context's tenant may ask for. */
export function hostOf(context: IngestContext, source: ReportSource, options: HostOptions): SourceHost {
  const { tenant, db, now, spool, limits } = context;
  const { name } = source;
  const log = context.log.child({ source: name });
  return {
    now,
    log,
    spool,
    limits,
    onAsk: options.onAsk,
    take: async (incoming) => {
      const taken = await keep(context, name, incoming);
      const known = taken.filter((one) => one.known).length;
      await db.within(tenant, (session) =>
        countTaken(session, tenant, name, { taken: taken.length - known, known }, now()),
      );
      return taken;
    },
    settled: (taken, withinMs) => settled(context, taken, withinMs, options),
    setAside: async (failures) => {
      if (failures.length === 0) return;
      await db.within(tenant, async (session) => {
        const outcomes = await rawOutcomes(session, tenant, failures.flatMap(idOf));
        const told = failures.map((failure) => ({ name: failure.name, ...reasonOf(failure, outcomes) }));
        await addFailures(session, tenant, name, told, now());
      });
    },
    say: (state) => db.within(tenant, (session) => changeSource(session, tenant, name, state, now())),
    remember: (memory) => db.within(tenant, (session) => rememberSource(session, tenant, name, memory)),
    recall: () => db.within(tenant, (session) => recallSource(session, tenant, name)),
  };
}

async function settled(
  context: IngestContext,
  taken: readonly Taken[],
  withinMs: number,
  { reads, signal }: HostOptions,
): Promise<RawOutcome['outcome'][]> {
  const { tenant, db } = context;
  const ids = taken.map(({ id }) => id);
  const deadline = performance.now() + withinMs;
  if (reads) await processPending(context);
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(2 * pause, LAST_LOOK_MS)) {
    const outcomes = await db.within(tenant, (session) => rawOutcomes(session, tenant, ids));
    const byId = new Map(outcomes.map(({ id, outcome }) => [id, outcome]));
    const all = ids.map((id) => byId.get(id) ?? 'waiting');
    const left = deadline - performance.now();
    if (!all.includes('waiting') || left <= 0 || signal.aborted) return all;
    await sleep(Math.min(pause, left), undefined, { signal }).catch(() => {});
  }
}

function idOf({ why }: SetAside): number[] {
  return 'id' in why ? [why.id] : [];
}

function reasonOf({ why }: SetAside, outcomes: readonly RawOutcome[]): { code: string; message: string } {
  if (!('id' in why)) return why;
  const outcome = outcomes.find(({ id }) => id === why.id);
  return {
    code: outcome?.code ?? 'no-report',
    message: outcome?.message ?? 'There is no report in it.',
  };
}
