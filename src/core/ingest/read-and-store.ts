import pLimit, { type LimitFunction } from 'p-limit';
import type { ReadDocument } from '../report/report.js';
import { storeAggregates } from '../store/aggregate.js';
import type { StagedReport, StoreFacts } from '../store/placed.js';
import {
  addProblem,
  insertDocuments,
  knownDocuments,
  type DocumentRow,
  type Outcome,
} from '../store/documents.js';
import { noteConflicts } from '../store/merge.js';
import { storeFailures, storeTlsReports } from '../store/others.js';
import { markProcessed, type RawDocument } from '../store/raw.js';
import type { Session } from '../store/session.js';
import { clearStaging, COPY_STAGING, openStaging } from '../store/staging.js';
import type { IngestContext } from './context.js';
import { addProcessed, NOTHING_PROCESSED, type Processed } from './processed.js';
import { nextPart, readRaws, type Found } from './read-raws.js';
import { MAIL_KEPT, RawRedaction } from './redact-raw.js';

/** Who is named as the claimer of domains that are claimed at once. */
const AUTO_CLAIM = 'automatic';

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
  const { tenant } = context;
  await openStaging(session);
  const redaction = new RawRedaction();
  const found = readRaws(context, raws);
  let total: Processed = { ...NOTHING_PROCESSED, raws: raws.length };
  for (let last = false; !last;) {
    const part = nextPart(found);
    await reading(() => session.copy(COPY_STAGING, part.lines));
    const rows = await storeFound(context, session, part.found);
    for (const { rawId, document } of rows) redaction.add(rawId, document);
    total = addProcessed(total, tally(rows));
    if (!part.last) await clearStaging(session);
    last = part.last;
  }
  const kept = await redaction.apply(context, session);
  await addProblem(session, tenant, { rawIds: kept, kind: 'failure' }, MAIL_KEPT);
  const ids = raws.map((raw) => raw.id);
  await markProcessed(session, tenant, ids, context.now());
  return total;
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
    stored.flatMap(({ outcome, reportId }) => (outcome === 'merged' && reportId !== null ? [reportId] : [])),
  );
  await storeOthers(session, facts, rows, ids);
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

function tally(rows: readonly DocumentRow[]): Processed {
  const count = (outcome: Outcome) => rows.filter((row) => row.outcome === outcome).length;
  return {
    raws: 0,
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
