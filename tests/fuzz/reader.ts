import { createSpool } from '../../src/core/intake/spool.js';
import { inMemory } from '../../src/core/report/bytes.js';
import { DEFAULT_LIMITS } from '../../src/core/report/limits.js';
import { readReports } from '../../src/core/report/read.js';
import type { ReadDocument, ReportRecord, Totals } from '../../src/core/report/report.js';

/** Runs in a process of its own: reads what it is sent, and says what it cost and what was wrong with the answer. */
export interface Sent {
  readonly index: number;
  readonly bytes: Uint8Array;
}

export interface Answer {
  readonly index: number;
  /** Of all threads, so that a busy machine does not count. */
  readonly cpuMilliseconds: number;
  /** High-water mark of this process. */
  readonly maxBytes: number;
  readonly documents: number;
  readonly unreadable: number;
  /** What the reader promises and did not keep; null when all is well. */
  readonly complaint: string | null;
}

const spool = createSpool();

process.on('message', (sent: Sent) => void answer(sent));

async function answer({ index, bytes }: Sent): Promise<void> {
  const before = process.cpuUsage();
  const seen = { documents: 0, unreadable: 0 };
  const complaint = await read(bytes, seen).catch((error: unknown) =>
    error instanceof Error ? `threw ${error.stack ?? error.message}` : 'threw no error',
  );
  const { user, system } = process.cpuUsage(before);
  process.send?.({
    index,
    cpuMilliseconds: (user + system) / 1000,
    maxBytes: process.resourceUsage().maxRSS * 1024,
    ...seen,
    complaint,
  } satisfies Answer);
}

async function read(
  bytes: Uint8Array,
  seen: { documents: number; unreadable: number },
): Promise<string | null> {
  let sum = NOTHING;
  for await (const event of readReports(inMemory(bytes), { limits: DEFAULT_LIMITS, spool })) {
    if (event.type === 'records') {
      const wrong = event.records.find(({ count }) => !Number.isSafeInteger(count) || count < 0);
      if (wrong !== undefined) return `a count of ${wrong.count}`;
      sum = event.records.reduce(added, sum);
    }
    if (event.type === 'discard') sum = NOTHING;
    if (event.type !== 'document') continue;
    seen.documents += 1;
    if (event.document.kind === 'unreadable') seen.unreadable += 1;
    const complaint = check(event.document, sum);
    if (complaint !== null) return complaint;
    sum = NOTHING;
  }
  if (sum.records > 0) return 'records without a document';
  return seen.documents === 0 ? 'no document at all' : null;
}

const NOTHING: Totals = { records: 0, messages: 0, dmarcPass: 0, dkimAligned: 0, spfAligned: 0 };

function added(sum: Totals, { count, dkim, spf }: ReportRecord): Totals {
  return {
    records: sum.records + 1,
    messages: sum.messages + count,
    dmarcPass: sum.dmarcPass + (dkim === 'pass' || spf === 'pass' ? count : 0),
    dkimAligned: sum.dkimAligned + (dkim === 'pass' ? count : 0),
    spfAligned: sum.spfAligned + (spf === 'pass' ? count : 0),
  };
}

function check(document: ReadDocument, sum: Totals): string | null {
  if (!/^[0-9a-f]{64}$/.test(document.sha256)) return 'a checksum that is none';
  for (const { code, message } of document.problems)
    if (!/^[a-z][a-z0-9-]+$/.test(code) || message === '')
      return `a problem without name or sentence: ${code}`;
  if (document.kind === 'unreadable') {
    const { code, message } = document.error;
    if (/^[a-z][a-z0-9-]+$/.test(code) && message.length > 0 && message.length < 1000) return null;
    return `an error without name or sentence: ${code}: ${message}`;
  }
  if (document.kind !== 'aggregate')
    return sum.records > 0 ? 'records that belong to no aggregate report' : null;

  const { totals, report } = document;
  const exact = Object.values(totals).every(Number.isSafeInteger);
  if (exact && JSON.stringify(sum) !== JSON.stringify({ ...sum, ...totals }))
    return `totals ${JSON.stringify(totals)} for records that sum up to ${JSON.stringify(sum)}`;
  for (const date of [report.begin, report.end])
    if (date !== null && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(date)) return `a date ${date}`;
  return null;
}
