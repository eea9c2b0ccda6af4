import { keep } from '../../../../src/core/ingest/keep.js';
import { processPending } from '../../../../src/core/ingest/process.js';
import type { SetAside, SourceHost, SourceState } from '../../../../src/core/intake/source.js';
import type { Context } from '../../../../src/core/operations/operation.js';
import { rawOutcomes } from '../../../../src/core/store/outcomes.js';

/** A host that keeps bytes in the real store and reads them at once, and shows what a source told it. */
export interface TestHost extends SourceHost {
  /** Of the tenant that it keeps for. */
  readonly context: Context;
  readonly state: SourceState;
  /** Every trouble it told of, in order, without repeats. */
  readonly troubles: (string | null)[];
  readonly setAsides: SetAside[];
  readonly takes: number[];
  memory: unknown;
  /** What happens before anything is kept. */
  beforeTake: () => void;
  /** What happens between taking and reading. */
  beforeSettled: () => void;
  /** Whether anybody reads what was taken. */
  reads: boolean;
  /** As `fetch` does. */
  look(): Promise<void>;
}

/** A host for one source of the tenant of this context. */
export function testHost(context: Context, limits: Partial<SourceHost['limits']> = {}): TestHost {
  let onAsk = (): Promise<void> => Promise.resolve();
  const state: { -readonly [Key in keyof SourceState]: SourceState[Key] } = {};
  const host: TestHost = {
    context,
    state,
    troubles: [],
    setAsides: [],
    takes: [],
    memory: null,
    beforeTake: () => {},
    beforeSettled: () => {},
    reads: true,
    look: () => onAsk(),
    take: async (found) => {
      host.beforeTake();
      host.takes.push(found.length);
      return keep(context, 'imap', found);
    },
    settled: async (taken) => {
      host.beforeSettled();
      if (!host.reads) return taken.map(() => 'waiting');
      await processPending(context);
      const ids = taken.map(({ id }) => id);
      const rows = await context.db.within(context.tenant, (session) =>
        rawOutcomes(session, context.tenant, ids),
      );
      const byId = new Map(rows.map((row) => [row.id, row.outcome]));
      return ids.map((id) => byId.get(id) ?? 'waiting');
    },
    setAside: async (failures) => {
      host.setAsides.push(...failures);
    },
    say: async (change) => {
      Object.assign(state, change);
      const code = change.trouble === null ? null : change.trouble?.code;
      if (code !== undefined && host.troubles.at(-1) !== code) host.troubles.push(code);
    },
    onAsk: (callback) => {
      onAsk = callback;
    },
    remember: async (memory) => {
      host.memory = JSON.parse(JSON.stringify(memory));
    },
    recall: async () => host.memory,
    now: () => new Date(),
    log: context.log,
    spool: context.spool,
    limits: { ...context.limits, ...limits },
  };
  return host;
}
