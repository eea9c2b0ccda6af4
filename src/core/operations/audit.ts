import { z } from 'zod';
import type { Range } from '../analysis/range.js';
import { listAudit } from '../store/audit.js';
import { pageOf, placeShapes, readCursor } from './cursor.js';
import { pageFields, periodFields, storableText } from './fields.js';
import { periodOf } from './filter.js';
import { operation } from './operation.js';

/** One thing that somebody did, or tried. */
export interface AuditItem {
  readonly id: number;
  /** ISO 8601. */
  readonly at: string;
  readonly actor: { readonly id: string; readonly name: string };
  readonly operation: string;
  /** Input without its secrets, and what the operation says of the change. */
  readonly input: Readonly<Record<string, unknown>>;
  /** `done`, or the code of what stood in the way. */
  readonly outcome: string;
}

export interface AuditResult {
  readonly range: Range;
  readonly items: readonly AuditItem[];
  readonly next: string | null;
}

const text = storableText(z.string().trim().min(1).max(300));

export const audit = operation({
  name: 'audit',
  summary: 'List who changed what, and when, latest first',
  role: 'admin',
  effect: 'reads',
  input: z.object({
    actor: text.optional().describe('Only what this one did: a name or an id such as user:3'),
    operation: text.optional().describe('Only this operation, such as user-role'),
    ...periodFields,
    ...pageFields,
  }),
  run: (context, input): Promise<AuditResult> =>
    context.db.reading(context.tenant, async (session) => {
      const range = periodOf(input, context.now());
      const cursor = readCursor(input.cursor, z.tuple([placeShapes.id]));
      const filter = {
        from: range.from,
        to: range.to,
        actor: input.actor ?? null,
        operation: input.operation ?? null,
      };
      const page = { limit: input.limit + 1, before: cursor?.[0] ?? null };
      const rows = await listAudit(session, context.tenant, filter, page);
      const { items, next } = pageOf(rows, input.limit, (row) => [row.id]);
      return {
        range,
        next,
        items: items.map(({ actorId, actorName, at, ...row }) => ({
          ...row,
          at: at.toISOString(),
          actor: { id: actorId, name: actorName },
        })),
      };
    }),
});
