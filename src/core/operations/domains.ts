import { z } from 'zod';
import { NO_FIGURES, type Figures } from '../analysis/figures.js';
import type { Range } from '../analysis/range.js';
import {
  claimDomain,
  findDomain,
  listDomains,
  releaseDomain,
  seenPolicies,
  type SeenPolicy,
} from '../store/domains.js';
import { figuresOfDomains, listDomainsWith } from '../store/domain-figures.js';
import { asksOfRows } from '../store/relation.js';
import { endAlerts } from './alert/end.js';
import { decidedAgain } from './alert/group.js';
import { pageOf, placeShapes, readCursor } from './cursor.js';
import { domainField, pageFields } from './fields.js';
import { ask, knownDomain, filterFields } from './filter.js';
import { operation } from './operation.js';

export interface DomainItem {
  readonly domain: string;
  readonly claimed: boolean;
  readonly firstSeen: string;
  /** ISO 8601 in UTC; null where no report came. */
  readonly lastReport: string | null;
  readonly policy: SeenPolicy | null;
  readonly figures: Figures;
}

export interface DomainsResult {
  readonly range: Range;
  readonly items: readonly DomainItem[];
  readonly next: string | null;
}

/**
 * All filters but the domain: those that are listed are named by the list. With filters that are
 * about rows or reporters, only domains that have such messages are listed.
 */
const { domain: _domain, ...rowFilters } = filterFields;

export const domains = operation({
  name: 'domains',
  summary: 'List the domains that reports are about, with their figures',
  role: 'viewer',
  effect: 'reads',
  input: z.object({ ...rowFilters, ...pageFields }),
  run: (context, input): Promise<DomainsResult> =>
    context.db.reading(context.tenant, async (session) => {
      const { filter, range } = await ask(context, session, input);
      const cursor = readCursor(input.cursor, z.tuple([placeShapes.name]));
      const page = { limit: input.limit + 1, after: cursor?.[0] ?? null };
      const rows =
        asksOfRows(filter) || filter.reporterId !== null
          ? await listDomainsWith(session, context.tenant, filter, page)
          : await listDomains(session, context.tenant, page);
      const { items, next } = pageOf(rows, input.limit, (row) => [row.name]);
      const ids = items.map((row) => row.id);
      const figures = await figuresOfDomains(session, context.tenant, filter, ids);
      const policies = await seenPolicies(session, context.tenant, ids);
      return {
        range,
        next,
        items: items.map((row) => ({
          domain: row.name,
          claimed: row.claimedAt !== null,
          firstSeen: row.firstSeenAt.toISOString(),
          lastReport: row.lastReportAt?.toISOString() ?? null,
          policy: policies.get(row.id) ?? null,
          figures: figures.get(row.id) ?? NO_FIGURES,
        })),
      };
    }),
});

export interface ClaimResult {
  readonly domain: string;
  readonly claimed: boolean;
  /** False where nothing had to be done. */
  readonly changed: boolean;
  /** Whether a report about it came in yet. */
  readonly seen: boolean;
}

const oneDomain = z.object({
  domain: domainField.refine(
    (name) => /^[^\s\p{Cc}.]+(\.[^\s\p{Cc}.]+)+$/u.test(name),
    'must be a domain such as example.com',
  ),
});

export const claim = operation({
  name: 'claim',
  summary: 'Claim a domain: alerts and digests are about claimed domains',
  role: 'admin',
  effect: 'changes',
  input: oneDomain,
  run: (context, { domain }): Promise<ClaimResult> =>
    context.db.within(context.tenant, async (session) => {
      const seen = (await findDomain(session, context.tenant, domain))?.lastReportAt ?? null;
      const changed = await claimDomain(session, context.tenant, domain, context.actor.name, context.now());
      return { domain, claimed: true, changed, seen: seen !== null };
    }),
});

export const release = operation({
  name: 'release',
  summary: 'Release a domain: its reports are still taken in, but nobody is alerted',
  role: 'admin',
  effect: 'changes',
  input: oneDomain,
  run: (context, { domain }): Promise<ClaimResult> =>
    decidedAgain(() =>
      context.db.within(context.tenant, async (session) => {
        const row = await knownDomain(context, session, domain);
        await endAlerts(context, session, row.id, {
          which: () => true,
          note: `${row.name} was released: nobody is alerted about it.`,
          because: 'domain-released',
        });
        const changed = await releaseDomain(session, context.tenant, row.name);
        return { domain: row.name, claimed: false, changed, seen: row.lastReportAt !== null };
      }),
    ),
});
