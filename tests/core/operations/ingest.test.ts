import { mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ingest } from '../../../src/core/operations/ingest.js';
import { status } from '../../../src/core/operations/intake.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { createWake } from '../../../src/jobs/wake.js';
import { startWorkers } from '../../../src/jobs/workers.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { reportXml } from '../../support/reports.js';
import { keepAll, takeIn } from '../../support/samples.js';
import { asking } from './asking.js';

/** More than is read at once, so that the file stays open while it waits. */
const LARGE = 1024 * 1024 + 1;

let system: TestSystem;
let context: Context;
let folder: string;
let tenants = 0;

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());
beforeEach(async () => {
  context = await system.context(`ingest ${(tenants += 1)}`);
  folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-ingest-'));
  await mkdir(join(folder, 'reports'));
  await writeFile(join(folder, 'reports', 'one.xml'), reportXml());
});
afterEach(() => rm(folder, { recursive: true }));

describe('ingest', () => {
  it('takes nothing in where one of the paths is missing, wherever it stands', async () => {
    const paths = [join(folder, 'reports'), join(folder, 'no-such')];

    await expect(asking(ingest, { paths }, context)).rejects.toMatchObject({ code: 'path-missing' });
    expect(await asking(status, {}, context)).toMatchObject({ pending: 0, processed: 0 });
  });

  it('names a few of the files that it cannot open, and counts all', async () => {
    for (let at = 0; at < 30; at += 1)
      await symlink(`loop-${(at + 1) % 30}`, join(folder, 'reports', `loop-${at}`));

    const result = await asking(ingest, { paths: [join(folder, 'reports')] }, context);

    expect(result).toMatchObject({ files: 1, unopenedCount: 30, documents: { stored: 1 } });
    expect(result.unopened).toHaveLength(20);
    expect(result.unopened[0]).toMatchObject({ message: 'It is a link that leads to itself.' });
  });

  it('tells what became of its own files, though a service that runs took them, and of no others', async () => {
    await keepAll(context, [{ name: 'before', bytes: Buffer.from(reportXml({ reportId: 'before' })) }]);
    await takeIn(context, reportXml({ reportId: 'resent' }));
    const files: [string, string | Buffer][] = [
      ['two.xml', reportXml({ reportId: 'two', records: [{ count: 3 }] })],
      ['resent.xml.gz', gzipSync(reportXml({ reportId: 'resent' }))],
      ['no-report.txt', 'no report'],
    ];
    for (const [name, bytes] of files) await writeFile(join(folder, 'reports', name), bytes);
    const wake = createWake();
    const workers = startWorkers(context, wake);

    const result = await asking(
      ingest,
      { paths: [join(folder, 'reports')] },
      { ...context, wake: wake.wake },
    );
    await workers.stop(5_000);

    expect(result).toMatchObject({
      files: 4,
      known: 0,
      raws: 4,
      failed: 0,
      messages: 4,
      documents: { stored: 2, duplicate: 1, merged: 0, unreadable: 1 },
    });
    const again = await asking(ingest, { paths: [join(folder, 'reports')] }, context);
    expect(again).toMatchObject({ files: 4, known: 4, raws: 0, documents: { stored: 0, duplicate: 0 } });
  });

  it('leaves no file open when the database goes away', async () => {
    const large = join(folder, 'reports', 'large.xml');
    await writeFile(large, Buffer.alloc(LARGE, ' '));
    const gone = new Error('the database went away');
    const db = { ...context.db, within: () => Promise.reject(gone) };

    const failing = asking(ingest, { paths: [join(folder, 'reports')] }, { ...context, db });

    await expect(failing).rejects.toBe(gone);
    expect(await openFiles()).not.toContain(large);
  });
});

/** Paths of the files that this process has open, where the system tells. */
async function openFiles(): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd').catch(() => []);
  return Promise.all(descriptors.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
}
