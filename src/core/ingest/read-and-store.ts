import pLimit, { type LimitFunction } from 'p-limit';
import type { ReadDocument } from '../report/report.js';
import { readReports } from '../report/read.js';
import { redactedMail } from '../report/failure/write.js';
import { storeAggregates } from '../store/aggregate.js';
import type { StagedReport, StoreFacts } from '../store/placed.js';
import {
  insertDocuments,
  knownDocuments,
  storableJson,
  type DocumentRow,
  type Outcome,
} from '../store/documents.js';
import { noteConflicts } from '../store/merge.js';
import { storeFailures, storeTlsReports } from '../store/others.js';
import { markProcessed, replaceRaw, type RawDocument } from '../store/raw.js';
import type { Session } from '../store/session.js';
import { COPY_STAGING, openStaging, StagedRecords } from '../store/staging.js';
import type { IngestContext } from './context.js';
import type { Processed } from './processed.js';
import { rawSources } from './raw-source.js';

/** Who is named as the claimer of domains that are claimed at once. */
const AUTO_CLAIM = 'automatic';

interface Found {
  readonly raw: RawDocument;
  /** Number in staging_record. */
  readonly doc: number;
  readonly document: ReadDocument;
  readonly contentHash: Buffer | null;
}

/**
 * Reads raw documents and stores what they say, all in the session's transaction, with rollups and marks. `reading`
 * lets one transaction of several read at a time.
 */
export async function readAndStore(
  context: IngestContext,
  session: Session,
  raws: readonly RawDocument[],
  reading: LimitFunction = pLimit(1),
): Promise<Processed> {
  await openStaging(session);
  const found: Found[] = [];
  await reading(() => session.copy(COPY_STAGING, stage(context, raws, found)));
  const rows = await storeFound(context, session, found);
  await markProcessed(
    session,
    context.tenant,
    raws.map((raw) => raw.id),
    context.now(),
  );
  return tally(raws.length, rows);
}

/** Reads documents one after the other; yields COPY lines and leaves in `found` what they were. */
async function* stage(
  context: IngestContext,
  raws: readonly RawDocument[],
  found: Found[],
): AsyncGenerator<string> {
  let doc = 1;
  for (const { raw, source } of await rawSources(context, raws)) {
    let staged = new StagedRecords(doc);
    const { limits, spool } = context;
    for await (const event of readReports(source, { limits, spool, redact: true })) {
      if (event.type === 'records') {
        yield staged.lines(event.records);
        continue;
      }
      if (event.type === 'document') {
        const { document } = event;
        const contentHash =
          document.kind === 'aggregate' ? staged.contentHash(storableJson(document.report)) : null;
        found.push({ raw, doc, document, contentHash });
      }
      // Rows staged so far belong to a finished document, or to a reading that is void: either way the next
      // rows get a number of their own.
      doc += 1;
      staged = new StagedRecords(doc);
    }
  }
}

async function storeFound(
  context: IngestContext,
  session: Session,
  found: readonly Found[],
): Promise<DocumentRow[]> {
  const { tenant } = context;
  const facts: StoreFacts = {
    tenant,
    now: context.now(),
    claimedBy: context.claimAtOnce ? AUTO_CLAIM : null,
  };
  const stored = await storeAggregates(session, facts, found.flatMap(asStaged));
  const byDoc = new Map(stored.map((report) => [report.doc, report]));
  const known = await knownDocuments(
    session,
    tenant,
    found.filter(isOther).map(({ document }) => document.sha256),
  );
  const rows: DocumentRow[] = found.map(({ raw, doc, document, contentHash }) => {
    const report = byDoc.get(doc);
    return {
      rawId: raw.id,
      document,
      contentHash,
      reportId: report?.reportId ?? null,
      outcome: report?.outcome ?? otherOutcome(document, known),
      problems: [...document.problems, ...(report?.problems ?? [])],
    };
  });
  const ids = await insertDocuments(session, tenant, rows);
  await noteConflicts(
    session,
    tenant,
    stored.filter((report) => report.outcome === 'merged').map((report) => report.reportId),
  );
  await storeOthers(session, facts, rows, ids);
  await redactRaw(context, session, rows);
  return rows;
}

function asStaged({ raw, doc, document, contentHash }: Found): StagedReport[] {
  if (document.kind !== 'aggregate' || contentHash === null) return [];
  return [{ doc, document, contentHash, receivedAt: raw.receivedAt }];
}

function isOther({ document }: Found): boolean {
  return document.kind === 'failure' || document.kind === 'smtp-tls';
}

/** Failure and TLS reports are counted once by their bytes; `known` grows, for resends within one batch. */
function otherOutcome(document: ReadDocument, known: Set<string>): Outcome {
  if (document.kind === 'unreadable') return 'unreadable';
  if (known.has(document.sha256)) return 'duplicate';
  known.add(document.sha256);
  return 'stored';
}

async function storeOthers(
  session: Session,
  facts: StoreFacts,
  rows: readonly DocumentRow[],
  ids: readonly number[],
): Promise<void> {
  const fresh = rows.flatMap((row, index) => {
    const documentId = ids[index];
    return row.outcome === 'stored' && documentId !== undefined
      ? [{ documentId, document: row.document }]
      : [];
  });
  await storeFailures(
    session,
    facts,
    fresh.flatMap(({ documentId, document }) =>
      document.kind === 'failure' ? [{ documentId, report: document.report }] : [],
    ),
  );
  await storeTlsReports(
    session,
    facts,
    fresh.flatMap(({ documentId, document }) =>
      document.kind === 'smtp-tls' ? [{ documentId, report: document.report }] : [],
    ),
  );
}

/**
 * Failure reports hold people's mail: once read, the redacted form takes the place of what came. A container that
 * holds other documents too is left as it is, because their bytes must not be lost.
 */
async function redactRaw(
  context: IngestContext,
  session: Session,
  rows: readonly DocumentRow[],
): Promise<void> {
  if (context.keepFailureMail) return;
  const others = new Set(rows.filter((row) => row.document.kind !== 'failure').map((row) => row.rawId));
  const mails = new Map<number, string[]>();
  for (const { rawId, document } of rows)
    if (document.kind === 'failure' && !others.has(rawId))
      mails.set(rawId, [...(mails.get(rawId) ?? []), redactedMail(document.report)]);
  for (const [rawId, redacted] of mails)
    await replaceRaw(session, context.tenant, rawId, Buffer.from(asOneMail(redacted)));
}

function tally(raws: number, rows: readonly DocumentRow[]): Processed {
  const count = (outcome: Outcome) => rows.filter((row) => row.outcome === outcome).length;
  return {
    raws,
    documents: {
      stored: count('stored'),
      duplicate: count('duplicate'),
      merged: count('merged'),
      unreadable: count('unreadable'),
    },
    messages: rows.reduce(
      (sum, { outcome, document }) =>
        outcome === 'stored' || outcome === 'merged' ? sum + (document.totals?.messages ?? 0) : sum,
      0,
    ),
    problems: rows.reduce((sum, row) => sum + row.problems.length, 0),
    failed: 0,
  };
}

/** Several mails as one that holds them all, which reads as each of them (RFC 2046 §5.1.5). */
function asOneMail(mails: readonly string[]): string {
  const [only = ''] = mails;
  if (mails.length === 1) return only;
  const boundary = 'dmarc-ops-redacted-mails';
  const parts = mails.map((mail) => `--${boundary}\r\nContent-Type: message/rfc822\r\n\r\n${mail}\r\n`);
  return `MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n${parts.join('')}--${boundary}--\r\n`;
}
