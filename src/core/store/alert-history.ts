import { addDays } from '../analysis/range.js';
import type { DomainHistory, NetworkHistory, SeenPolicy, TenantDays } from '../alert/history.js';
import {
  allReporters,
  conflictsOf,
  firstDays,
  knownSenders,
  reporterDays,
  tlsDays,
  type About,
} from './alert-figures.js';
import { NETWORK } from './alert-networks.js';
import { violationFacts, violationRows, type ViolationRow } from './alert-policies.js';
import type { Session } from './session.js';

/** Days before the first one that is judged that its facts need: the memory of networks is the longest. */
const NEEDED_DAYS = 104;

/** What the facts of any day from `first` to `last` are made of, for one domain: for trying rules on the past. */
export async function loadHistory(
  session: Session,
  tenant: number,
  domain: { readonly id: number; readonly name: string },
  days: { readonly first: string; readonly last: string },
): Promise<DomainHistory> {
  const from = addDays(days.first, -NEEDED_DAYS);
  const about: About = { session, tenant, ids: [domain.id], from, day: days.last };
  const names = await allReporters(session, tenant);
  const reporters = (await reporterDays(about)).get(domain.id) ?? [];
  const { networks, failing } = await networkDays(about);
  return {
    domain: domain.name,
    firstDay: (await firstDays(about)).get(domain.id) ?? null,
    known: ((await knownSenders(about)).get(domain.id) ?? []).map(({ network }) => network),
    reporters: reporters.map((one) => ({ reporter: names.get(one.reporterId) ?? '', days: one.days })),
    networks,
    failingAddresses: failing,
    policies: await policyDays(about, names),
    violations: violationFacts(
      await session.rows<ViolationRow>(violationRows('= $2', '$3', '$4'), [
        tenant,
        domain.id,
        from,
        days.last,
      ]),
      names,
    ),
    names: await nameDays(about),
    tls: (await tlsDays(about)).get(domain.id) ?? [],
    conflicts: (await conflictsOf(about, names, from)).get(domain.id) ?? [],
    unreadable: [],
  };
}

/** The days of the tenant that facts of such days need. */
export async function loadTenantDays(
  session: Session,
  tenant: number,
  days: { readonly first: string; readonly last: string },
): Promise<TenantDays> {
  const rows = await session.rows<{ reporter: string; day: string }>(
    `SELECT r.name AS reporter, t.day FROM rollup_tenant t JOIN reporter r ON r.tenant_id = $1 AND r.id = t.reporter_id
     WHERE t.tenant_id = $1 AND t.day BETWEEN $2 AND $3 GROUP BY 1, 2 HAVING SUM(t.messages) > 0 ORDER BY 2`,
    [tenant, addDays(days.first, -NEEDED_DAYS), days.last],
  );
  const byReporter = new Map<string, string[]>();
  for (const { reporter, day } of rows) {
    const list = byReporter.get(reporter);
    if (list === undefined) byReporter.set(reporter, [day]);
    else list.push(day);
  }
  return { days: [...new Set(rows.map(({ day }) => day))], byReporter };
}

async function networkDays({ session, tenant, ids, from, day }: About) {
  const rows = await session.rows<{ network: string | null; days: string }>(
    `WITH n AS MATERIALIZED (
       SELECT ${NETWORK} AS network, r.day, SUM(r.messages) AS messages, SUM(r.dmarc_pass) AS passed, SUM(r.dkim_aligned) AS dkim,
         SUM(r.spf_aligned) AS spf, COUNT(*) FILTER (WHERE r.failed >= 1) AS failing
       FROM rollup_source r WHERE r.tenant_id = $1 AND r.domain_id = ANY ($2::int[]) AND r.day BETWEEN $3 AND $4 GROUP BY 1, 2)
     SELECT network::text AS network, string_agg(day || ' ' || messages || ' ' || passed || ' ' || dkim || ' ' || spf || ' ' || failing, ',' ORDER BY day) AS days
     FROM n WHERE network IS NOT NULL AND messages > 0 GROUP BY 1
     UNION ALL
     SELECT NULL, string_agg(day || ' ' || failing, ',' ORDER BY day)
     FROM (SELECT day, SUM(failing) AS failing FROM n GROUP BY 1 HAVING SUM(failing) > 0) f HAVING COUNT(*) > 0`,
    [tenant, ids, from, day],
  );
  const networks = rows.flatMap(({ network, days }): NetworkHistory[] => {
    if (network === null) return [];
    return [
      {
        network,
        days: days.split(',').map((one) => {
          const [on = '', ...sums] = one.split(' ');
          const [messages = 0, passed = 0, dkim = 0, spf = 0, addresses = 0] = sums.map(Number);
          return { day: on, messages, passed, dkim, spf, failing: addresses };
        }),
      },
    ];
  });
  const failing = (rows.find(({ network }) => network === null)?.days ?? '')
    .split(',')
    .filter((one) => one !== '')
    .map((one) => {
      const [on = '', addresses] = one.split(' ');
      return { day: on, addresses: Number(addresses) };
    });
  return { networks, failing };
}

async function policyDays(
  { session, tenant, ids, from, day }: About,
  names: ReadonlyMap<number, string>,
): Promise<SeenPolicy[]> {
  const rows = await session.rows<Omit<SeenPolicy, 'reporter'> & { readonly reporterId: number }>(
    `SELECT r.last_day AS day, r.reporter_id AS "reporterId", MAX(r.last_day - r.first_day) + 1 AS span, p.p, p.sp, p.np, p.pct, p.testing
     FROM aggregate_report r, jsonb_to_record(r.header -> 'policy') AS p (p text, sp text, np text, pct float8, testing text)
     WHERE r.tenant_id = $1 AND r.domain_id = ANY ($2::int[]) AND r.last_day BETWEEN $3 AND $4
     GROUP BY 1, 2, 4, 5, 6, 7, 8 ORDER BY 1`,
    [tenant, ids, from, day],
  );
  return rows.map(({ reporterId, ...row }) => ({ ...row, reporter: names.get(reporterId) ?? '' }));
}

async function nameDays({ session, tenant, ids, from, day }: About): Promise<DomainHistory['names']> {
  const rows = await session.rows<{ name: string; day: string; messages: number; passed: number }>(
    `SELECT lower(r.header_from) AS name, r.day, SUM(r.messages) AS messages,
       COALESCE(SUM(r.messages) FILTER (WHERE r.dkim = 'pass' OR r.spf = 'pass'), 0) AS passed
     FROM record r JOIN domain d ON d.tenant_id = $1 AND d.id = r.domain_id
     WHERE r.tenant_id = $1 AND r.domain_id = ANY ($2::int[]) AND r.day BETWEEN $3 AND $4 AND r.header_from <> d.name
       AND right(lower(r.header_from), length(d.name) + 1) = '.' || d.name
     GROUP BY 1, 2 HAVING SUM(r.messages) > 0 ORDER BY 1, 2`,
    [tenant, ids, from, day],
  );
  const byName = new Map<string, { day: string; messages: number; passed: number }[]>();
  for (const { name, ...one } of rows) {
    const list = byName.get(name);
    if (list === undefined) byName.set(name, [one]);
    else list.push(one);
  }
  return [...byName].map(([name, days]) => ({ name, firstSeen: days[0]?.day ?? day, days }));
}
