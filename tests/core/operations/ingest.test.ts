import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ingest as ingestCommand } from '../../../src/bot/commands/ingest.js';
import { operationVerbs } from '../../../src/cli/operations.js';
import type { Io, LazyVerb } from '../../../src/cli/verb.js';
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

  it('goes on without a large file that changes while it is read, and names it', async () => {
    const large = join(folder, 'reports', 'large.bin');
    await writeFile(join(folder, 'reports', 'two.xml'), reportXml({ reportId: 'two' }));

    const result = await asking(ingest, { paths: [join(folder, 'reports')] }, changing(context, large));

    expect(result).toMatchObject({ files: 3, raws: 2, documents: { stored: 2 } });
    expect(result).toMatchObject({ changed: [large], changedCount: 1 });
    expect(await openFiles()).not.toContain(large);
  });

  it('ends as a command line with exit code 1 where a file changed, after it has told of the others', async () => {
    const large = join(folder, 'reports', 'large.bin');
    const verb = ingestVerb(changing(context, large));
    const output = new PassThrough();

    const exitCode = await (await verb.load()).run([join(folder, 'reports')], { ...IO, output });
    const again = await (await ingestVerb(context).load()).run([join(folder, 'reports', 'one.xml')], IO);

    expect([exitCode, again]).toEqual([1, 0]);
    const told = String(output.read());
    expect(told).toContain('1 report taken in from 2 files');
    expect(told).toContain('large.bin');
    expect(told).toContain('It changed while it was read.');
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

const IO: Io = {
  input: Readable.from([]),
  output: new PassThrough().resume(),
  errors: new PassThrough().resume(),
};

/** `dmarc-ops ingest` over what the context knows. */
function ingestVerb(of: Context): LazyVerb {
  const opened = { context: of, close: () => Promise.resolve() };
  const [verb] = operationVerbs(
    [ingestCommand],
    () => Promise.resolve(opened),
    () => true,
  );
  if (verb === undefined) throw new Error('there is no verb');
  return verb;
}

/** The same, with a large file that is written anew whenever the database is asked for something. */
function changing(of: Context, path: string): Context {
  const change = () => writeFileSync(path, randomBytes(LARGE));
  change();
  const within: Context['db']['within'] = (tenant, work) => {
    change();
    return of.db.within(tenant, work);
  };
  return { ...of, db: { ...of.db, within } };
}

/** Paths of the files that this process has open, where the system tells. */
async function openFiles(): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd').catch(() => []);
  return Promise.all(descriptors.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
}
