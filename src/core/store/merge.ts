import type { Problem } from '../report/report.js';
import { stagedDays, type Keyed, type StoredReport } from './placed.js';
import { recordDays } from './report-days.js';
import { addStaged, MOST, subtractRows, type StagedDay } from './rollups.js';
import type { Session } from './session.js';
import { STAGED_ROWS } from './staging.js';

/** Code of the problem that every version of a conflicting report carries. */
export const CONFLICT = 'report-conflict';

/** All of a row but its count: what makes two rows of two versions the same row. */
const KEY = 'source_ip, disposition, dkim, spf, header_from, envelope_from, envelope_to, details';

interface Existing {
  readonly id: number;
  readonly identity: Buffer;
  readonly domainId: number;
  readonly firstDay: string;
  readonly lastDay: string;
}

/** A stored report with what came again under its identity. */
export interface Resent {
  readonly report: Existing;
  readonly versions: readonly Keyed[];
  /** Those of them whose content is not known yet. */
  readonly others: readonly Keyed[];
}

/**
 * Locks the stored reports whose identities these have, until the end of the transaction, and finds which content is
 * new; `stored` has the content (SHA-256) of those that this batch brought first, by identity in hex.
 */
export async function lockResent(
  session: Session,
  tenant: number,
  reports: readonly Keyed[],
  stored: ReadonlyMap<string, Buffer>,
): Promise<Resent[]> {
  if (reports.length === 0) return [];
  const byIdentity = groupedBy(reports, (report) => hex(report.identity));
  const existing = await lockReports(session, tenant, reports);
  const known = await knownContents(session, tenant, existing);
  return existing.map((report) => {
    const versions = byIdentity.get(hex(report.identity)) ?? [];
    const contents = known.get(report.id) ?? new Set<string>();
    const first = stored.get(hex(report.identity));
    if (first !== undefined) contents.add(hex(first));
    const others = versions.filter(({ contentHash }) => {
      const isNew = !contents.has(hex(contentHash));
      contents.add(hex(contentHash));
      return isNew;
    });
    return { report, versions, others };
  });
}

/**
 * Stores further versions of reports that are there: the union by row, with the larger count where two have the row.
 * All versions of a report in one go, and only the rows that change: a flood of versions must not cost the whole
 * report each time. A version that differs in the order of its rows alone is a duplicate.
 */
export async function mergeResent(
  session: Session,
  tenant: number,
  resent: readonly Resent[],
): Promise<StoredReport[]> {
  if (!resent.some(isOther)) return resent.flatMap((one) => outcomes(one, UNCHANGED.differing));
  // Rows of one report are looked up among all that wait.
  await session.run('CREATE INDEX staged_by_place ON pg_temp.staged (doc, ordinal)');
  const results: StoredReport[] = [];
  const days: StagedDay[] = [];
  let changed = 0;
  for (const one of resent) {
    const merged = isOther(one) ? await mergeInto(session, tenant, one.report, one.others) : UNCHANGED;
    results.push(...outcomes(one, merged.differing));
    days.push(...merged.days);
    changed += merged.changed;
  }
  await session.run('DROP INDEX pg_temp.staged_by_place');
  // Once for all of them, since it reads everything that is staged.
  await addStaged(session, tenant, days, changed);
  return results;
}

/** Whether something came again with other content. */
export function isOther({ others }: Resent): boolean {
  return others.length > 0;
}

function outcomes({ report, versions }: Resent, merged: ReadonlySet<number>): StoredReport[] {
  return versions.map(({ doc, problems }) =>
    merged.has(doc)
      ? { doc, outcome: 'merged', reportId: report.id, problems: [...problems, conflict()] }
      : { doc, outcome: 'duplicate', reportId: report.id, problems },
  );
}

/** In the order of their identities, so that two that merge at once wait and do not deadlock. */
function lockReports(session: Session, tenant: number, reports: readonly Keyed[]): Promise<Existing[]> {
  return session.rows<Existing>(
    `SELECT id, identity, domain_id AS "domainId", first_day AS "firstDay", last_day AS "lastDay" FROM aggregate_report
     WHERE tenant_id = $1 AND identity IN (SELECT decode(i, 'hex') FROM unnest($2::text[]) AS i)
     ORDER BY identity FOR UPDATE`,
    [tenant, [...new Set(reports.map((report) => hex(report.identity)))]],
  );
}

/** Contents that came before, by report. A statement after the lock: it sees what another one stored meanwhile. */
async function knownContents(
  session: Session,
  tenant: number,
  reports: readonly Existing[],
): Promise<Map<number, Set<string>>> {
  const rows = await session.rows<{ reportId: number; content: string }>(
    `SELECT report_id AS "reportId", encode(content_sha256, 'hex') AS content FROM document
     WHERE tenant_id = $1 AND report_id = ANY ($2::bigint[])`,
    [tenant, reports.map(({ id }) => id)],
  );
  const known = groupedBy(rows, (row) => row.reportId);
  return new Map([...known].map(([id, found]) => [id, new Set(found.map(({ content }) => content))]));
}

/** What versions made of a stored report. */
interface Merged {
  /** Numbers of the versions that say something else than it did. */
  readonly differing: ReadonlySet<number>;
  /** Where the staged rows that take the place of its own are to be counted, and how many they are. */
  readonly days: readonly StagedDay[];
  readonly changed: number;
}

const UNCHANGED: Merged = { differing: new Set(), days: [], changed: 0 };

/** Merges versions into a stored report, all but adding the rows that it stages. */
async function mergeInto(
  session: Session,
  tenant: number,
  report: Existing,
  versions: readonly Keyed[],
): Promise<Merged> {
  const [first] = versions;
  if (first === undefined) return UNCHANGED;
  const merged = -first.doc;
  const union = await stageUnion(session, tenant, report, versions, merged);
  const signatures = new Map(union.signatures.map(({ doc, signature }) => [doc, signature]));
  const said = new Set([signatures.get(STORED)]);
  const differing = versions.filter(({ doc }) => {
    const signature = signatures.get(doc);
    const differs = !said.has(signature);
    said.add(signature);
    return differs;
  });
  await removeRows(session, tenant, report, union.replaced);
  await session.run(
    `UPDATE aggregate_report SET versions = versions + $3, records = records + $4, messages = LEAST(messages + $5, ${MOST}),
       dmarc_pass = LEAST(dmarc_pass + $6, ${MOST}), dkim_aligned = LEAST(dkim_aligned + $7, ${MOST}), spf_aligned = LEAST(spf_aligned + $8, ${MOST}),
       first_day = LEAST(first_day, $9::date), last_day = GREATEST(last_day, $10::date)
     WHERE tenant_id = $1 AND id = $2`,
    [
      tenant,
      report.id,
      differing.length,
      union.changed - union.replaced.length,
      union.messages,
      union.dmarcPass,
      union.dkimAligned,
      union.spfAligned,
      first.days[0]?.day,
      first.days.at(-1)?.day,
    ],
  );
  return {
    differing: new Set(differing.map(({ doc }) => doc)),
    days: union.changed > 0 ? stagedDays(first, merged, report.id) : [],
    changed: union.changed,
  };
}

/** Stands for the stored report among the numbers of versions. */
const STORED = 0;

interface Union {
  /** Of the rows of each version and of the stored report, whatever their order. */
  readonly signatures: readonly { readonly doc: number; readonly signature: string }[];
  /** Rows that are new or have a larger count now. */
  readonly changed: number;
  /** Places of the stored rows that these take. */
  readonly replaced: readonly number[];
  /** What the report grows by. */
  readonly messages: number;
  readonly dmarcPass: number;
  readonly dkimAligned: number;
  readonly spfAligned: number;
}

/** Stages the rows of a report that its versions change as the document `merged`. */
async function stageUnion(
  session: Session,
  tenant: number,
  report: Existing,
  versions: readonly Keyed[],
  merged: number,
): Promise<Union> {
  const grown = (where: string) => `COALESCE(SUM(target - COALESCE(before, 0)) FILTER (WHERE ${where}), 0)`;
  return session.row<Union>(
    `WITH rows AS (
       SELECT ${STORED} AS doc, ordinal, messages, ${KEY} FROM record
       WHERE tenant_id = $1 AND domain_id = $2 AND day = ANY ($3::date[]) AND report_id = $4
       UNION ALL
       SELECT doc, ordinal, messages, ${KEY} FROM ${STAGED_ROWS} s WHERE doc = ANY ($5::int[])),
     by_version AS MATERIALIZED (
       SELECT doc, SUM(messages) AS messages, MIN(ordinal) AS place, array_agg(DISTINCT ordinal) AS ordinals, ${KEY}
       FROM rows GROUP BY doc, ${KEY}),
     keyed AS (
       SELECT MAX(messages) FILTER (WHERE doc = ${STORED}) AS before, MAX(messages) AS target, MIN(place) AS place,
         array_agg(ordinals) FILTER (WHERE doc = ${STORED}) AS ordinals, ${KEY}
       FROM by_version GROUP BY ${KEY}),
     changed AS MATERIALIZED (SELECT * FROM keyed WHERE before IS NULL OR target > before),
     staged AS (
       INSERT INTO pg_temp.staged (doc, ordinal, messages, ${KEY})
       SELECT $6, (SELECT MAX(ordinal) FROM rows) + ROW_NUMBER() OVER (ORDER BY place), target, ${KEY} FROM changed),
     signed AS (
       SELECT doc, md5(string_agg(line, E'\n' ORDER BY line)) AS signature
       FROM (SELECT doc, ROW (messages, ${KEY})::text AS line FROM by_version) l GROUP BY doc)
     SELECT (SELECT COALESCE(jsonb_agg(jsonb_build_object('doc', doc, 'signature', signature)), '[]') FROM signed) AS signatures,
       COALESCE((SELECT array_agg(o) FROM changed, unnest(ordinals) AS o), '{}') AS replaced,
       COUNT(*) AS changed, ${grown('true')} AS messages, ${grown(`dkim = 'pass' OR spf = 'pass'`)} AS "dmarcPass",
       ${grown(`dkim = 'pass'`)} AS "dkimAligned", ${grown(`spf = 'pass'`)} AS "spfAligned"
     FROM changed`,
    [tenant, report.domainId, recordDays(report), report.id, versions.map(({ doc }) => doc), merged],
  );
}

async function removeRows(
  session: Session,
  tenant: number,
  report: Existing,
  ordinals: readonly number[],
): Promise<void> {
  if (ordinals.length === 0) return;
  await subtractRows(session, tenant, report, ordinals);
  await session.run(
    `DELETE FROM record WHERE tenant_id = $1 AND domain_id = $2 AND day = ANY ($3::date[]) AND report_id = $4
       AND ordinal = ANY ($5::int[])`,
    [tenant, report.domainId, recordDays(report), report.id, ordinals],
  );
}

function groupedBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex');
}

function conflict(): Problem {
  return {
    code: CONFLICT,
    message:
      'The same reporter sent this report id for the same domain and period with other content; the union of the rows is counted, with the larger count where both have a row.',
    where: null,
  };
}

/** Lets the first version of every merged report carry the problem too. */
export async function noteConflicts(
  session: Session,
  tenant: number,
  reportIds: readonly number[],
): Promise<void> {
  if (reportIds.length === 0) return;
  const { code, message } = conflict();
  await session.run(
    `WITH first AS (
       UPDATE document d SET problems = problems + 1
       WHERE d.tenant_id = $1 AND d.report_id = ANY ($2::bigint[]) AND d.outcome = 'stored'
         AND NOT EXISTS (SELECT FROM problem p WHERE p.tenant_id = $1 AND p.document_id = d.id AND p.code = $3)
       RETURNING d.id, d.problems)
     INSERT INTO problem (tenant_id, document_id, ordinal, code, message) SELECT $1, id, problems, $3, $4 FROM first`,
    [tenant, reportIds, code, message],
  );
}
