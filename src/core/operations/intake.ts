import { z } from 'zod';
import type { Range } from '../analysis/range.js';
import { countDomains } from '../store/domains.js';
import { countProblems, listProblems, type ProblemRow } from '../store/problems.js';
import { intakeStatus, type IntakeStatus } from '../store/status.js';
import { pageOf, placeShapes, readCursor } from './cursor.js';
import { domainField, pageFields, periodFields, reporterField, storableText } from './fields.js';
import { knownDomain, knownReporter, periodOf } from './filter.js';
import { operation } from './operation.js';

export interface ProblemItem extends Omit<ProblemRow, 'receivedAt'> {
  /** ISO 8601 in UTC. */
  readonly receivedAt: string;
}

export interface ProblemsResult {
  /** Null for all domains together. */
  readonly domain: string | null;
  /** Days on which documents came in; null where no period was asked for, which means all. */
  readonly range: Range | null;
  /**
   * How often each occurs under the filters but the one by name, most frequent first; what could not be read or
   * stored counts under its error.
   */
  readonly counts: readonly { readonly code: string; readonly count: number }[];
  readonly items: readonly ProblemItem[];
  readonly next: string | null;
}

const place = z.tuple([placeShapes.id, placeShapes.id, placeShapes.ordinal]);

export const problems = operation({
  name: 'problems',
  summary: 'List what was odd about the documents that came in, latest first',
  role: 'viewer',
  effect: 'reads',
  input: z.object({
    domain: domainField.optional(),
    ...periodFields,
    reporter: reporterField.optional(),
    code: storableText(z.string().trim().min(1).max(100))
      .optional()
      .describe('Only problems of this name, such as count-negative'),
    ...pageFields,
  }),
  run: (context, input): Promise<ProblemsResult> =>
    context.db.reading(context.tenant, async (session) => {
      const { domain: name, reporter: by, from, to, days, code = null, limit } = input;
      const asksForPeriod = [from, to, days].some((given) => given !== undefined);
      const range = asksForPeriod ? periodOf(input, context.now()) : null;
      const domain = name === undefined ? null : await knownDomain(context, session, name);
      const reporter = by === undefined ? null : await knownReporter(context, session, by);
      const filter = {
        domainId: domain?.id ?? null,
        reporterId: reporter?.id ?? null,
        from: range?.from ?? null,
        to: range?.to ?? null,
      };
      const [rawId, documentId, ordinal] = readCursor(input.cursor, place) ?? [];
      const after =
        rawId === undefined || documentId === undefined || ordinal === undefined
          ? null
          : { rawId, documentId, ordinal };
      const rows = await listProblems(session, context.tenant, filter, { code, limit: limit + 1, after });
      const { items, next } = pageOf(rows, limit, (row) => [row.rawId, row.documentId ?? 0, row.ordinal]);
      return {
        domain: domain?.name ?? null,
        range,
        counts: await countProblems(session, context.tenant, filter),
        items: items.map((row) => ({ ...row, receivedAt: row.receivedAt.toISOString() })),
        next,
      };
    }),
});

export interface StatusResult extends Omit<IntakeStatus, 'lastReceived' | 'failures'> {
  /** ISO 8601 in UTC; null where nothing ever came. */
  readonly lastReceived: string | null;
  readonly failures: readonly {
    readonly name: string;
    readonly code: string;
    readonly message: string;
    readonly at: string;
  }[];
  readonly domains: { readonly seen: number; readonly claimed: number };
}

export const status = operation({
  name: 'status',
  summary: 'Tell where everything that came in stands',
  role: 'viewer',
  effect: 'reads',
  input: z.object({}),
  run: (context): Promise<StatusResult> =>
    context.db.reading(context.tenant, async (session) => {
      const { lastReceived, failures, ...intake } = await intakeStatus(session, context.tenant);
      return {
        ...intake,
        lastReceived: lastReceived?.toISOString() ?? null,
        failures: failures.map((one) => ({ ...one, at: one.at.toISOString() })),
        domains: await countDomains(session, context.tenant),
      };
    }),
});
