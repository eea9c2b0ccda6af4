import {
  BEFORE_DAYS,
  LEAST_NETWORK_MESSAGES,
  MEMORY_DAYS,
  MOST_NETWORKS,
  RECENT_DAYS,
  type NetworkFact,
} from '../alert/facts.js';
import { grouped, type About } from './alert-figures.js';

/** The network of a source, as core/alert/network.ts says. The cast clears the bits of the host. */
export const NETWORK = `set_masklen(r.source_ip::cidr, CASE family(r.source_ip) WHEN 4 THEN 24 ELSE 64 END)`;

/**
 * The leading networks of the recent days with how they were before, and how many addresses fail on each day. The
 * recent days are read wholly, the days before for the networks that lead alone.
 */
export async function recentNetworks({ session, tenant, ids, day }: About) {
  const rows = await session.rows<{
    id: number;
    network: string | null;
    days: string;
    before: string | null;
  }>(
    `WITH a AS MATERIALIZED (
       SELECT r.domain_id, ${NETWORK} AS network, r.day, r.day > $3::date - ${RECENT_DAYS} AS recent, SUM(r.messages) AS messages,
         SUM(r.dmarc_pass) AS passed, SUM(r.dkim_aligned) AS dkim, SUM(r.spf_aligned) AS spf, COUNT(*) FILTER (WHERE r.failed >= 1) AS failing
       FROM rollup_source r WHERE r.tenant_id = $1 AND r.domain_id = ANY ($2::int[])
         AND r.day BETWEEN $3::date - ${RECENT_DAYS + BEFORE_DAYS - 1} AND $3
       GROUP BY 1, 3, 2),
     t AS (
       SELECT domain_id, network, SUM(messages) AS messages, SUM(messages - passed) AS failed FROM a WHERE recent AND network IS NOT NULL
       GROUP BY 1, 2 HAVING SUM(messages) >= ${LEAST_NETWORK_MESSAGES}),
     ranked AS (
       SELECT domain_id, network, failed,
         row_number() OVER (PARTITION BY domain_id ORDER BY messages DESC, network::text COLLATE "C") AS by_messages,
         row_number() OVER (PARTITION BY domain_id ORDER BY failed DESC, network::text COLLATE "C") AS by_failed FROM t),
     foremost AS MATERIALIZED (
       SELECT domain_id, network FROM ranked WHERE by_messages <= ${MOST_NETWORKS} OR (by_failed <= ${MOST_NETWORKS} AND failed > 0))
     SELECT a.domain_id AS id, a.network::text AS network,
       SUM(a.messages) FILTER (WHERE NOT a.recent) || ' ' || SUM(a.passed) FILTER (WHERE NOT a.recent) || ' ' ||
         SUM(a.dkim) FILTER (WHERE NOT a.recent) || ' ' || SUM(a.spf) FILTER (WHERE NOT a.recent) || ' ' ||
         COUNT(*) FILTER (WHERE NOT a.recent) AS before,
       string_agg(a.day || ' ' || a.messages || ' ' || a.passed || ' ' || a.dkim || ' ' || a.spf || ' ' || a.failing, ',' ORDER BY a.day)
         FILTER (WHERE a.recent) AS days
     FROM a JOIN foremost USING (domain_id, network) WHERE a.messages > 0 GROUP BY 1, a.network
     UNION ALL
     SELECT domain_id, NULL, NULL, string_agg(day || ' ' || failing, ',' ORDER BY day)
     FROM (SELECT domain_id, day, SUM(failing) AS failing FROM a WHERE recent GROUP BY 1, 2 HAVING SUM(failing) > 0) f GROUP BY 1`,
    [tenant, ids, day],
  );
  const failing = new Map(
    rows
      .filter(({ network }) => network === null)
      .map((row) => [
        row.id,
        row.days.split(',').map((one) => {
          const [on = '', addresses] = one.split(' ');
          return { day: on, addresses: Number(addresses) };
        }),
      ]),
  );
  const seen = rows.flatMap(({ network, ...row }) => (network === null ? [] : [{ ...row, network }]));
  const unknown = seen.filter(({ before }) => before === null);
  const remembered = await seenEarlier({ session, tenant, day }, unknown);
  const networks = grouped(
    seen.map(({ id, network, days, before }) => {
      const [messages = 0, passed = 0, dkim = 0, spf = 0, count = 0] = (before ?? '').split(' ').map(Number);
      const fact: NetworkFact = {
        network,
        days: days.split(',').map((one) => {
          const [on = '', ...sums] = one.split(' ');
          const [all = 0, pass = 0, byDkim = 0, bySpf = 0, addresses = 0] = sums.map(Number);
          return { day: on, messages: all, passed: pass, dkim: byDkim, spf: bySpf, failing: addresses };
        }),
        before: { messages, passed, dkim, spf, days: count },
        seenBefore: before !== null || remembered.has(`${id} ${network}`),
      };
      return { id, ...fact };
    }),
  );
  const sorted = new Map(
    [...networks].map(([id, list]) => [
      id,
      list.map(({ id: _id, ...fact }) => fact).toSorted((a, b) => (a.network < b.network ? -1 : 1)),
    ]),
  );
  return { networks: sorted, failing };
}

/** Of these networks, those that sent in the days of memory before: one look-up a day in the unique index. */
export async function seenEarlier(
  { session, tenant, day }: Pick<About, 'session' | 'tenant' | 'day'>,
  asked: readonly { readonly id: number; readonly network: string }[],
): Promise<Set<string>> {
  if (asked.length === 0) return new Set();
  const rows = await session.rows<{ id: number; network: string }>(
    `SELECT c.id, c.network::text AS network FROM unnest($2::int[], $3::cidr[]) AS c (id, network)
     WHERE EXISTS (SELECT FROM generate_series($4::date - ${RECENT_DAYS + MEMORY_DAYS - 1}, $4::date - ${RECENT_DAYS + BEFORE_DAYS}, interval '1 day') AS d (day),
       LATERAL (SELECT FROM rollup_source r WHERE r.tenant_id = $1 AND r.domain_id = c.id AND r.day = d.day::date
         AND r.source_ip BETWEEN host(c.network)::inet AND host(broadcast(c.network))::inet LIMIT 1) s)`,
    [tenant, asked.map(({ id }) => id), asked.map(({ network }) => network), day],
  );
  return new Set(rows.map(({ id, network }) => `${id} ${network}`));
}
