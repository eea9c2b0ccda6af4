import { z } from 'zod';
import { sourceRows, type SourceFailure, type SourceRow } from '../store/source-state.js';
import { operation, type Context } from './operation.js';

/** What brings reports by itself, and how it fares. Times are ISO 8601 in UTC. */
export interface SourceItem {
  readonly name: string;
  /** Such as `imap` or `folder`. */
  readonly kind: string;
  /** Where it looks, for people. */
  readonly place: string;
  readonly state: 'good' | 'trouble' | 'not-running';
  readonly lastContact: string | null;
  /** When it last brought something that was not there before. */
  readonly lastReport: string | null;
  /** Found at its place and not taken yet. */
  readonly waiting: number;
  /** Documents it brought; those that were there before are `known`. */
  readonly taken: number;
  readonly known: number;
  /** What it put aside, as no report could be read from it; the latest by name. */
  readonly failed: number;
  readonly failures: readonly SourceFailure[];
  readonly trouble: { readonly code: string; readonly message: string; readonly since: string } | null;
}

export interface IntakeResult {
  readonly items: readonly SourceItem[];
}

export const intake = operation({
  name: 'intake',
  summary: 'Show the mailboxes and folders that reports come by, and how each fares',
  role: 'viewer',
  effect: 'reads',
  input: z.object({}),
  run: async (context): Promise<IntakeResult> => ({ items: await sourceItems(context) }),
});

/** Every source of the tenant: those that were ever run, and those that this process could run. */
export async function sourceItems(context: Context): Promise<SourceItem[]> {
  const { tenant, db } = context;
  const rows = await db.within(tenant, (session) => sourceRows(session, tenant));
  const ran = new Set(rows.map(({ name }) => name));
  const fresh = (await context.sources?.list(context)) ?? [];
  const items = [...rows.map(itemOf), ...fresh.filter(({ name }) => !ran.has(name)).map(neverRun)];
  return items.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function itemOf(row: SourceRow): SourceItem {
  const { running, trouble, lastContact, lastReport, ...rest } = row;
  return {
    ...rest,
    state: trouble !== null ? 'trouble' : running ? 'good' : 'not-running',
    lastContact: lastContact?.toISOString() ?? null,
    lastReport: lastReport?.toISOString() ?? null,
    trouble: trouble === null ? null : { ...trouble, since: trouble.since.toISOString() },
  };
}

function neverRun(source: {
  readonly name: string;
  readonly kind: string;
  readonly place: string;
}): SourceItem {
  return {
    ...source,
    state: 'not-running',
    lastContact: null,
    lastReport: null,
    waiting: 0,
    taken: 0,
    known: 0,
    failed: 0,
    failures: [],
    trouble: null,
  };
}
