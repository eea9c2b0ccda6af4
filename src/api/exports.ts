import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { exportRecords, exportReports, exportSources, type CsvExport } from '../core/operations/exports.js';
import type { Context, Operation } from '../core/operations/operation.js';
import { perform } from '../core/operations/perform.js';
import type { Call } from './call.js';
import { inputNames } from './input-schema.js';
import { queryOf, refuseUnknown } from './input.js';

/** Addresses below /v1/exports, and what they give. */
export const EXPORTS = [
  { file: 'reports.csv', operation: exportReports },
  { file: 'records.csv', operation: exportRecords },
  { file: 'sources.csv', operation: exportSources },
] as const;

/** Exports of one process at once: each holds a connection to the database while it lasts. */
export const EXPORT_PLACES = { what: 'exports', all: 3, ofTenant: 2, each: 1, retrySeconds: 10 } as const;
/** A client that takes nothing for so long is gone, or holds a connection that others need. */
const STALLED_MS = 30_000;
/** Longest export: a client that takes little by little holds a snapshot of the database. */
const LONGEST_MS = 15 * 60_000;

/** Sends CSV as it comes from the store. */
export async function sendExport(
  call: Call,
  context: Context,
  operation: Operation<(typeof EXPORTS)[number]['operation']['input'], CsvExport>,
): Promise<void> {
  const query = queryOf(call);
  refuseUnknown(Object.keys(query), inputNames(operation.input));
  const csv = await perform(operation, context, query);
  call.set('Content-Disposition', `attachment; filename="${csv.fileName}"`);
  call.type = 'text/csv; charset=utf-8';
  await sendCsv(call, csv);
}

async function sendCsv(call: Call, csv: CsvExport): Promise<void> {
  const { res } = call;
  const ends = performance.now() + LONGEST_MS;
  // Koa shall not answer by itself: the body goes out as it is made.
  call.respond = false;
  call.status = 200;
  res.statusCode = 200;
  await csv.send(async (text) => {
    if (res.destroyed || res.closed) throw new ClientGone();
    if (performance.now() > ends) throw new ClientGone();
    if (!res.write(text)) await drained(res);
  });
  res.end();
}

/** Waits until the client has taken what was written; whoever takes nothing is let go. */
async function drained(res: ServerResponse): Promise<void> {
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), STALLED_MS);
  const gone = once(res, 'close', { signal: given.signal }).then(() => {
    throw new ClientGone();
  });
  try {
    await Promise.race([once(res, 'drain', { signal: given.signal }), gone]);
  } catch {
    throw new ClientGone();
  } finally {
    clearTimeout(timer);
    given.abort();
    gone.catch(() => {});
  }
}

/** Ends the query of an export that nobody waits for. */
export class ClientGone extends Error {
  constructor() {
    super('the client is gone or takes nothing');
  }
}
