import pLimit from 'p-limit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBatch, type Lane } from '../../../src/core/ingest/read-batch.js';
import type { Context } from '../../../src/core/operations/operation.js';
import type { Session } from '../../../src/core/store/session.js';
import { StoppingError } from '../../../src/jobs/stop.js';
import { SILENT, testSystem, type TestSystem } from '../../support/context.js';
import { reportXml } from '../../support/reports.js';
import { keepAll } from '../../support/samples.js';

let system: TestSystem;
let context: Context;

// A database of its own for each: what a connection did before shall not help the next test.
beforeEach(async () => {
  system = await testSystem();
  context = await system.context();
});
afterEach(() => system.close());

const lane = (): Lane => ({ queue: 'read', reading: pLimit(1), anyTime: true });
const rows = <Row extends object>(sql: string): Promise<Row[]> =>
  context.db.within(context.tenant, (session) => session.rows<Row>(sql));
const attempts = () => rows('SELECT FROM raw_attempt WHERE attempts > 0');

/** Keeps reports of these names in this order; those that are bad cannot be stored. */
async function keepReports(...names: readonly string[]): Promise<void> {
  // One by one, as those of one call are numbered in any order.
  for (const name of names)
    await keepAll(context, [{ name, bytes: Buffer.from(reportXml({ reportId: name })) }]);
  await rows(
    `UPDATE raw_chunk SET data = 'no gzip' WHERE raw_id IN (SELECT id FROM raw_document WHERE name LIKE 'bad%') RETURNING 1`,
  );
}

/** The context, with a hand in every statement or COPY of its sessions. */
function through(change: (session: Session) => Partial<Session>, given: Partial<Context> = {}): Context {
  const { db } = context;
  return {
    ...context,
    ...given,
    db: {
      ...db,
      within: (tenant, work) => db.within(tenant, (session) => work({ ...session, ...change(session) })),
    },
  };
}

/** Calls when a document by itself was found at fault. */
const onFailure = (call: () => void): Context['log'] => ({
  ...SILENT,
  warn: (message) => {
    if (message.endsWith('it is tried again')) call();
  },
});

describe('a batch with one document that cannot be stored', () => {
  it('stores the others, also over a connection that never staged anything', async () => {
    await keepReports('bad', 'good', 'good too');

    const { processed } = await readBatch(context, lane());

    expect(processed).toMatchObject({ failed: 0, documents: { stored: 2 } });
    expect(await rows('SELECT name, state FROM raw_document ORDER BY id')).toEqual([
      { name: 'bad', state: 'pending' },
      { name: 'good', state: 'processed' },
      { name: 'good too', state: 'processed' },
    ]);
  });

  it('leaves no savepoint behind, so that they do not nest', async () => {
    await keepReports('good', 'bad', 'good too');
    let depth = 0;
    let deepest = 0;
    const watching = through((session) => ({
      run: (sql, parameters) => {
        if (sql.startsWith('SAVEPOINT')) depth += 1;
        if (sql.startsWith('RELEASE')) depth -= 1;
        deepest = Math.max(deepest, depth);
        return session.run(sql, parameters);
      },
    }));

    const { processed } = await readBatch(watching, lane());

    expect(processed.documents.stored).toBe(2);
    expect({ depth, deepest }).toEqual({ depth: 0, deepest: 1 });
  });

  it('ends, and costs nobody a try, when it has to stop after that document failed', async () => {
    await keepReports('bad', 'good');
    const stop = new AbortController();
    const log = onFailure(() => stop.abort(new StoppingError()));

    const reading = readBatch({ ...context, log, signal: stop.signal }, lane());

    await expect(reading).rejects.toMatchObject({ code: 'stopping' });
    expect(await attempts()).toEqual([]);
    expect(await rows('SELECT DISTINCT state FROM raw_document')).toEqual([{ state: 'pending' }]);
  });

  it('ends, and costs nobody a try, when the disk is full after that document failed', async () => {
    await keepReports('bad', 'good');
    let isFull = false;
    const full = Object.assign(new Error('could not extend file'), { code: '53100' });
    const filling = through(
      (session) => ({
        copy: (sql, chunks) => (isFull ? Promise.reject(full) : session.copy(sql, chunks)),
      }),
      { log: onFailure(() => (isFull = true)) },
    );

    await expect(readBatch(filling, lane())).rejects.toMatchObject({ code: 'disk-full' });

    expect(await attempts()).toEqual([]);
    expect((await readBatch(context, lane())).processed.documents.stored).toBe(1);
  });
});
