import type { Totals } from '../report/report.js';
import { storableJson } from './documents.js';
import { lockRollups } from './locks.js';
import { isOther, lockResent, mergeResent } from './merge.js';
import { domainIds, reporterIds } from './names.js';
import {
  place,
  stagedDays,
  UNKNOWN_DAY,
  type Keyed,
  type Placed,
  type StagedReport,
  type StoredReport,
  type StoreFacts,
} from './placed.js';
import { expiredIdentities } from './retention.js';
import { addStaged } from './rollups.js';
import type { Session } from './session.js';
import { storable } from './text.js';

/**
 * Stores staged aggregate reports: new ones at once, exact resends as duplicates, and other content under a known
 * identity as the union by row. Reports that retention took
 * away count as resends. Rollups follow; domains are marked dirty.
 */
export async function storeAggregates(
  session: Session,
  facts: StoreFacts,
  staged: readonly StagedReport[],
): Promise<StoredReport[]> {
  if (staged.length === 0) return [];
  const { tenant, now } = facts;
  const all = staged.map((report) => place(report, now));
  const gone = await expiredIdentities(
    session,
    tenant,
    all.map((report) => report.identity.toString('hex')),
  );
  const isGone = ({ identity }: Placed) => gone.has(identity.toString('hex'));
  const resent = all.filter(isGone).map(({ doc, problems }): StoredReport => {
    return { doc, outcome: 'duplicate', reportId: null, problems };
  });
  const placed = all.filter((report) => !isGone(report));
  if (placed.length === 0) return resent;
  const domains = await domainIds(
    session,
    tenant,
    placed.map((report) => report.domain),
    now,
    facts.claimedBy,
  );
  const reporters = await reporterIds(
    session,
    tenant,
    placed.map((report) => report.reporter),
  );
  const keyed = placed.map((report) => ({
    ...report,
    domainId: idOf(domains, report.domain),
    reporterId: idOf(reporters, report.reporter),
  }));
  const fresh = await insertReports(session, facts, firstOfEach(keyed));
  await ensureMonths(session, keyed);
  const isNew = (report: Keyed) => fresh.get(report.doc) !== undefined;
  const stored = new Map(
    keyed.filter(isNew).map(({ identity, contentHash }) => [identity.toString('hex'), contentHash]),
  );
  const again = await lockResent(
    session,
    tenant,
    keyed.filter((report) => !isNew(report)),
    stored,
  );
  await lockRollups(session, tenant, again.some(isOther) ? 'alone' : 'shared');
  const news = keyed.filter(isNew);
  await addStaged(
    session,
    tenant,
    news.flatMap((report) => stagedDays(report, report.doc, fresh.get(report.doc) ?? -1)),
    news.reduce((sum, { document }) => sum + document.totals.records, 0),
  );
  const outcomes = news.map(({ doc, problems }): StoredReport => {
    return { doc, outcome: 'stored', reportId: fresh.get(doc) ?? -1, problems };
  });
  const others = await mergeResent(session, tenant, again);
  await markDirty(session, facts, keyed);
  return [...resent, ...outcomes, ...others];
}

function idOf(ids: ReadonlyMap<string, number>, name: string): number {
  const id = ids.get(name);
  if (id === undefined) throw new Error('a name was stored and is not there');
  return id;
}

/** The first report of every identity; a second one in the same batch is stored as if it came later. */
function firstOfEach(reports: readonly Keyed[]): Keyed[] {
  const first = new Map<string, Keyed>();
  for (const report of reports) {
    const key = report.identity.toString('hex');
    if (!first.has(key)) first.set(key, report);
  }
  return [...first.values()];
}

/** Inserts the reports whose identity is new; gives their ids by doc. */
async function insertReports(
  session: Session,
  facts: StoreFacts,
  reports: readonly Keyed[],
): Promise<Map<number, number>> {
  const rows = await session.rows<{ id: number; identity: Buffer }>(
    `INSERT INTO aggregate_report (tenant_id, identity, domain_id, reporter_id, report_id, begin_at, end_at, first_day, last_day,
       header, records, messages, dmarc_pass, dkim_aligned, spf_aligned, received_at)
     SELECT $1, decode(r.identity, 'hex'), r.domain_id, r.reporter_id, r.report_id, r.begin_at, r.end_at, r.first_day, r.last_day,
       r.header, r.records, r.messages, r.dmarc_pass, r.dkim_aligned, r.spf_aligned, r.received_at
     FROM unnest($2::timestamptz[], $3::text[], $4::int[], $5::int[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::date[], $10::date[],
       $11::jsonb[], $12::int[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[])
       AS r (received_at, identity, domain_id, reporter_id, report_id, begin_at, end_at, first_day, last_day,
         header, records, messages, dmarc_pass, dkim_aligned, spf_aligned)
     ORDER BY r.identity
     ON CONFLICT (tenant_id, identity) DO NOTHING
     RETURNING id, identity`,
    [
      facts.tenant,
      reports.map((r) => r.receivedAt),
      reports.map((r) => r.identity.toString('hex')),
      reports.map((r) => r.domainId),
      reports.map((r) => r.reporterId),
      reports.map((r) => r.document.report.reportId && storable(r.document.report.reportId)),
      reports.map((r) => r.document.report.begin),
      reports.map((r) => r.document.report.end),
      reports.map((r) => r.days[0]?.day),
      reports.map((r) => r.days.at(-1)?.day),
      reports.map((r) => storableJson(r.document.report)),
      ...totalsColumns(reports.map((r) => r.document.totals)),
    ],
  );
  const ids = new Map(rows.map((row) => [row.identity.toString('hex'), row.id]));
  return new Map(
    reports.flatMap((report) => {
      const id = ids.get(report.identity.toString('hex'));
      return id === undefined ? [] : [[report.doc, id] as const];
    }),
  );
}

function totalsColumns(totals: readonly Totals[]): number[][] {
  return [
    totals.map((t) => t.records),
    totals.map((t) => t.messages),
    totals.map((t) => t.dmarcPass),
    totals.map((t) => t.dkimAligned),
    totals.map((t) => t.spfAligned),
  ];
}

async function ensureMonths(session: Session, reports: readonly Keyed[]): Promise<void> {
  const months = new Set(reports.flatMap((report) => report.days.map(({ day }) => `${day.slice(0, 7)}-01`)));
  months.delete(`${UNKNOWN_DAY.slice(0, 7)}-01`);
  if (months.size === 0) return;
  await session.rows('SELECT ensure_record_month(m) FROM unnest($1::date[]) AS m ORDER BY m', [[...months]]);
}

/** Says when the last report of each domain came, and that rules have not looked at it yet; sorted, as rollups are. */
async function markDirty(session: Session, facts: StoreFacts, reports: readonly Keyed[]): Promise<void> {
  const latest = new Map<number, Date>();
  for (const { domainId, receivedAt } of reports) {
    const known = latest.get(domainId);
    if (known === undefined || receivedAt > known) latest.set(domainId, receivedAt);
  }
  await session.run(
    `WITH given AS MATERIALIZED (
       SELECT d.id, g.received_at FROM domain d JOIN unnest($2::int[], $3::timestamptz[]) AS g (id, received_at) ON g.id = d.id
       WHERE d.tenant_id = $1 ORDER BY d.id FOR NO KEY UPDATE OF d)
     UPDATE domain d SET last_report_at = GREATEST(d.last_report_at, given.received_at), dirty_since = COALESCE(d.dirty_since, $4)
     FROM given WHERE d.tenant_id = $1 AND d.id = given.id`,
    [facts.tenant, [...latest.keys()], [...latest.values()], facts.now],
  );
}
