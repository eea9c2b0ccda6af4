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
import { byDomain } from '../store/figures.js';
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

/** All filters but the domain: those that are listed are named by the list. */
const { domain: _domain, ...rowFilters } = filterFields;
/** Figures of one page of domains come from one statement; this bounds what it groups. */
const ALL = 1_000_000;

export const domains = operation({
  name: 'domains',
  summary: 'List the domains that reports are about, with their figures',
  role: 'viewer',
  effect: 'reads',
  input: z.object({ ...rowFilters, ...pageFields }),
  run: (context, input): Promise<DomainsResult> =>
    context.db.within(context.tenant, async (session) => {
      const { filter, range } = await ask(context, session, input);
      const cursor = readCursor(input.cursor, z.tuple([placeShapes.name]));
      const rows = await listDomains(session, context.tenant, {
        limit: input.limit + 1,
        after: cursor?.[0] ?? null,
      });
      const figures = new Map(
        (await byDomain(session, context.tenant, filter, { limit: ALL, after: null })).map((one) => [
          one.domain,
          one.figures,
        ]),
      );
      const policies = await seenPolicies(
        session,
        context.tenant,
        rows.map((row) => row.id),
      );
      const { items, next } = pageOf(rows, input.limit, (row) => [row.name]);
      return {
        range,
        next,
        items: items.map((row) => ({
          domain: row.name,
          claimed: row.claimedAt !== null,
          firstSeen: row.firstSeenAt.toISOString(),
          lastReport: row.lastReportAt?.toISOString() ?? null,
          policy: policies.get(row.id) ?? null,
          figures: figures.get(row.name) ?? NO_FIGURES,
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
    context.db.within(context.tenant, async (session) => {
      const row = await knownDomain(context, session, domain);
      const changed = await releaseDomain(session, context.tenant, row.name);
      return { domain: row.name, claimed: false, changed, seen: row.lastReportAt !== null };
    }),
});
