import { z } from 'zod';
import type { Figures } from '../analysis/figures.js';
import { byDomain, type DomainFigures } from '../store/domain-figures.js';
import { byDay, countOf, totals } from '../store/figures.js';
import { byReporter } from '../store/reporter-figures.js';
import { bySource, type SourceFigures } from '../store/source-figures.js';
import { authResultsOf, seenDays, type AuthResultFigures } from '../store/source.js';
import { everyDay, type DayFigures } from '../analysis/figures.js';
import { daysOf } from '../analysis/range.js';
import { pageOf, placeShapes, readCursor } from './cursor.js';
import { pageFields } from './fields.js';
import { ask, type About, filterFields, filterInput } from './filter.js';
import { operation } from './operation.js';

export interface SourcesResult extends About {
  /** Of all sources that the filter lets through. */
  readonly figures: Figures;
  readonly count: number;
  readonly items: readonly SourceFigures[];
  readonly next: string | null;
}

export const sources = operation({
  name: 'sources',
  summary: 'List who sends mail in the name of a domain, largest first',
  role: 'viewer',
  effect: 'reads',
  input: z.object({
    ...filterFields,
    order: z
      .enum(['messages', 'failing'])
      .default('messages')
      .describe('Largest by all messages, or by failing ones'),
    ...pageFields,
  }),
  run: (context, input): Promise<SourcesResult> =>
    context.db.reading(context.tenant, async (session) => {
      const { filter, about } = await ask(context, session, input);
      const place = readCursor(input.cursor, z.tuple([placeShapes.amount, placeShapes.address]));
      const failingFirst = input.order === 'failing';
      const rows = await bySource(session, context.tenant, filter, {
        limit: input.limit + 1,
        after: place === null ? null : { messages: place[0], name: place[1] },
        failingFirst,
      });
      const rank = ({ figures }: SourceFigures) => figures.messages - (failingFirst ? figures.dmarcPass : 0);
      return {
        ...about,
        figures: await totals(session, context.tenant, filter),
        count: await countOf(session, context.tenant, filter, 'source'),
        ...pageOf(rows, input.limit, (row) => [rank(row), row.source ?? '']),
      };
    }),
});

export interface SourceResult extends About {
  /** The address or network that was asked for. */
  readonly source: string;
  readonly figures: Figures;
  readonly series: readonly DayFigures[];
  /** UTC days over all time; null where it never sent. */
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  /** The largest, and how many there are. */
  readonly domains: readonly DomainFigures[];
  readonly domainCount: number;
  readonly reporterCount: number;
  readonly reporters: readonly { readonly reporter: string; readonly figures: Figures }[];
  /** What DKIM and SPF found in its mail, largest first. */
  readonly authResults: readonly AuthResultFigures[];
}

const LISTED = 10;

export const source = operation({
  name: 'source',
  summary: 'Show what one source address, or network, sends',
  role: 'viewer',
  effect: 'reads',
  input: filterInput.required({ source: true }),
  run: (context, input): Promise<SourceResult> =>
    context.db.reading(context.tenant, async (session) => {
      const { filter, range, about } = await ask(context, session, input);
      const { tenant } = context;
      const reporters = await byReporter(session, tenant, filter, { limit: LISTED, after: null });
      const seen = await seenDays(session, tenant, filter);
      return {
        source: input.source,
        ...about,
        figures: await totals(session, tenant, filter),
        series: everyDay(await byDay(session, tenant, filter), daysOf(range)),
        firstSeen: seen.first,
        lastSeen: seen.last,
        domains: await byDomain(session, tenant, filter, { limit: LISTED }),
        domainCount: await countOf(session, tenant, filter, 'domain'),
        reporterCount: await countOf(session, tenant, filter, 'reporter'),
        reporters: reporters.map(({ reporter, figures }) => ({ reporter, figures })),
        authResults: await authResultsOf(session, tenant, filter, LISTED),
      };
    }),
});
