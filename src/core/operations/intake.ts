import { z } from 'zod';
import { countDomains } from '../store/domains.js';
import { countProblems, listProblems, type ProblemRow } from '../store/problems.js';
import { intakeStatus, type IntakeStatus } from '../store/status.js';
import { pageOf, placeShapes, readCursor } from './cursor.js';
import { domainField, pageFields, storableText } from './fields.js';
import { knownDomain } from './filter.js';
import { operation } from './operation.js';

export interface ProblemItem extends Omit<ProblemRow, 'receivedAt'> {
  /** ISO 8601 in UTC. */
  readonly receivedAt: string;
}

export interface ProblemsResult {
  /** How often each occurs over all, most frequent first; unreadable documents count under their error. */
  readonly counts: readonly { readonly code: string; readonly count: number }[];
  readonly items: readonly ProblemItem[];
  readonly next: string | null;
}

export const problems = operation({
  name: 'problems',
  summary: 'List what was odd about the documents that came in, latest first',
  role: 'viewer',
  effect: 'reads',
  input: z.object({
    domain: domainField.optional(),
    code: storableText(z.string().trim().min(1).max(100))
      .optional()
      .describe('Only problems of this name, such as count-negative'),
    ...pageFields,
  }),
  run: (context, input): Promise<ProblemsResult> =>
    context.db.within(context.tenant, async (session) => {
      const domain = input.domain === undefined ? null : await knownDomain(context, session, input.domain);
      const place = readCursor(input.cursor, z.tuple([placeShapes.id, placeShapes.ordinal]));
      const after = place === null ? null : { documentId: place[0], ordinal: place[1] };
      const filter = { code: input.code ?? null, domainId: domain?.id ?? null };
      const rows = await listProblems(session, context.tenant, filter, { limit: input.limit + 1, after });
      const { items, next } = pageOf(rows, input.limit, (row) => [row.documentId, row.ordinal]);
      return {
        counts: await countProblems(session, context.tenant),
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
    context.db.within(context.tenant, async (session) => {
      const { lastReceived, failures, ...intake } = await intakeStatus(session, context.tenant);
      return {
        ...intake,
        lastReceived: lastReceived?.toISOString() ?? null,
        failures: failures.map((one) => ({ ...one, at: one.at.toISOString() })),
        domains: await countDomains(session, context.tenant),
      };
    }),
});
