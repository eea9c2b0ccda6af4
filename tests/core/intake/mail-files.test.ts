import { appendFile, mkdir, readdir, rename, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { maildirSource } from '../../../src/core/intake/maildir.js';
import { mboxSource } from '../../../src/core/intake/mbox.js';
import type { ReportSource, SourceHost } from '../../../src/core/intake/source.js';
import { status } from '../../../src/core/operations/intake.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { DEFAULT_LIMITS } from '../../../src/core/report/limits.js';
import { registerSource } from '../../../src/core/store/source-state.js';
import { hostOf } from '../../../src/sources/host.js';
import { mail } from '../../support/containers.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { reportXml } from '../../support/reports.js';
import { filesBelow, putOld, stateOf, temporaryFolder } from '../../sources/running.js';
import { asking } from '../operations/asking.js';

let system: TestSystem;
let context: Context;
let folder: string;
let remove: () => Promise<void>;
let tenants = 0;

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());
beforeEach(async () => {
  context = await system.context(`mail files ${(tenants += 1)}`);
  ({ path: folder, remove } = await temporaryFolder());
});
afterEach(() => remove());

async function lookOnce(source: ReportSource, given: Partial<SourceHost> = {}): Promise<void> {
  await context.db.within(context.tenant, (session) => registerSource(session, context.tenant, source));
  const { signal } = new AbortController();
  const host = hostOf(context, source, { onAsk: () => {}, reads: true, signal });
  await source.once({ ...host, ...given }, signal);
}

function reportMail(at: number): Buffer {
  return mail([{ header: ['Content-Type: text/xml'], body: reportXml({ reportId: `report-${at}` }) }]);
}
const PLAIN = 'From: a@example.org\nTo: b@example.com\nSubject: lunch\n\nAt noon?\n';

describe('a Maildir', () => {
  beforeEach(async () => {
    for (const part of ['tmp', 'new', 'cur']) await mkdir(join(folder, part));
  });

  it('marks mails as seen that were taken, and flags those without a report', async () => {
    await writeFile(join(folder, 'new', '1.a.host'), reportMail(1));
    await writeFile(join(folder, 'cur', '2.b.host:2,R'), reportMail(2));
    await writeFile(join(folder, 'new', '3.c.host'), PLAIN);
    await writeFile(join(folder, 'cur', '4.d.host:2,S'), reportMail(4));
    await writeFile(join(folder, 'tmp', '5.e.host'), reportMail(5));

    await lookOnce(maildirSource({ name: 'box', path: folder, done: 'seen' }));

    expect(await filesBelow(folder)).toEqual([
      'cur/1.a.host:2,S',
      'cur/2.b.host:2,RS',
      'cur/3.c.host:2,FS',
      'cur/4.d.host:2,S',
      'tmp/5.e.host',
    ]);
    expect(await asking(status, {}, context)).toMatchObject({ aggregate: 2 });
    expect(await stateOf(context, 'box')).toMatchObject({ taken: 3, failed: 1, waiting: 0 });
  });

  it('moves them to folders of their own, where that is chosen', async () => {
    await writeFile(join(folder, 'new', '1.a.host'), reportMail(1));
    await writeFile(join(folder, 'cur', '2.b.host:2,S'), reportMail(2));
    await writeFile(join(folder, 'new', '3.c.host'), PLAIN);

    await lookOnce(maildirSource({ name: 'box', path: folder, done: 'folder' }));

    expect((await readdir(join(folder, '.Done', 'cur'))).sort()).toEqual(['1.a.host:2,S', '2.b.host:2,S']);
    expect(await readdir(join(folder, '.Failed', 'cur'))).toEqual(['3.c.host:2,FS']);
    expect(await asking(status, {}, context)).toMatchObject({ aggregate: 2 });
  });

  it('is not disturbed by deliveries and by programs that rename mails meanwhile', async () => {
    await writeFile(join(folder, 'new', '1.a.host'), reportMail(1));
    const source = maildirSource({ name: 'box', path: folder, done: 'seen' });
    let isFirst = true;
    const settled: SourceHost['settled'] = async (taken) => {
      if (isFirst) {
        await rename(join(folder, 'new', '1.a.host'), join(folder, 'cur', '1.a.host:2,'));
        await writeFile(join(folder, 'new', '2.b.host'), reportMail(2));
      }
      isFirst = false;
      return taken.map(() => 'readable');
    };

    await lookOnce(source, { settled });
    await lookOnce(source);

    expect(await filesBelow(folder)).toEqual(['cur/1.a.host:2,S', 'cur/2.b.host:2,S']);
    expect(await asking(status, {}, context)).toMatchObject({ aggregate: 2, processed: 2 });
  });

  it('says so where there is none', async () => {
    const source = maildirSource({ name: 'box', path: join(folder, 'no-such'), done: 'seen' });

    await expect(lookOnce(source)).rejects.toMatchObject({ code: 'maildir-missing' });
  });
});

describe('an mbox file', () => {
  let path: string;
  beforeEach(() => {
    path = join(folder, 'reports');
  });
  const inMbox = (bytes: Buffer | string): Buffer =>
    Buffer.concat([
      Buffer.from('From reporter@example.net Sun Mar  1 10:00:00 2026\n'),
      Buffer.from(bytes),
      Buffer.from('\n\n'),
    ]);
  const look = (given: Partial<SourceHost> = {}) => lookOnce(mboxSource({ name: 'spool', path }), given);
  const rest = async () => {
    const then = new Date(Date.now() - 60_000);
    await utimes(path, then, then);
  };

  it('gives its mails once, and what is appended later', async () => {
    await putOld(path, Buffer.concat([inMbox(reportMail(1)), inMbox(PLAIN), inMbox(reportMail(2))]));
    await look();
    expect(await stateOf(context, 'spool')).toMatchObject({ taken: 3, known: 0, failed: 1, waiting: 0 });

    await look();
    await appendFile(path, inMbox(reportMail(3)));
    await rest();
    await look();

    expect(await stateOf(context, 'spool')).toMatchObject({ taken: 4, known: 0 });
    expect(await asking(status, {}, context)).toMatchObject({ aggregate: 3 });
  });

  it('leaves a mail for later that is being written', async () => {
    const whole = inMbox(reportMail(2));
    await writeFile(path, Buffer.concat([inMbox(reportMail(1)), whole.subarray(0, 200)]));
    // The clock of the file system stands still: nothing ever rests.
    const source = mboxSource({ name: 'spool', path, fileClock: () => 0 });
    const { signal } = new AbortController();
    await context.db.within(context.tenant, (session) => registerSource(session, context.tenant, source));
    const stop = new AbortController();
    const running = source.run(
      hostOf(context, source, { onAsk: () => {}, reads: true, signal }),
      stop.signal,
    );
    await expect.poll(async () => (await stateOf(context, 'spool')).taken, { timeout: 10_000 }).toBe(1);
    stop.abort();
    await running;

    await appendFile(path, whole.subarray(200));
    await rest();
    await look();

    expect(await stateOf(context, 'spool')).toMatchObject({ taken: 2, known: 0, failed: 0 });
    expect(await asking(status, {}, context)).toMatchObject({ aggregate: 2, unreadable: 0 });
  });

  it('waits while another program holds its lock', async () => {
    await putOld(path, inMbox(reportMail(1)));
    await writeFile(`${path}.lock`, '');
    const stop = new AbortController();
    const say: SourceHost['say'] = async ({ waiting }) => {
      expect(waiting).toBe(1);
      stop.abort();
    };
    const source = mboxSource({ name: 'spool', path });
    const host = hostOf(context, source, { onAsk: () => {}, reads: true, signal: stop.signal });

    await source.run({ ...host, say }, stop.signal);

    expect(await asking(status, {}, context)).toMatchObject({ processed: 0, pending: 0 });
  });

  it.each([
    [
      'rotated',
      async () => {
        await rename(path, `${path}.1`);
        await writeFile(
          path,
          Buffer.concat([inMbox(reportMail(7)), inMbox(reportMail(8)), inMbox(reportMail(9))]),
        );
      },
      3,
    ],
    ['cut to nothing', () => truncate(path), 0],
    [
      'cut and written anew',
      async () => {
        await truncate(path);
        await writeFile(path, inMbox(reportMail(7)));
      },
      1,
    ],
    [
      'cleaned of its first mail',
      () => writeFile(path, Buffer.concat([inMbox(reportMail(2)), inMbox(reportMail(7))])),
      1,
    ],
  ])('begins anew when it was %s', async (_what, change, fresh) => {
    await putOld(path, Buffer.concat([inMbox(reportMail(1)), inMbox(reportMail(2))]));
    await look();
    await change();
    await rest();

    await look();

    expect(await stateOf(context, 'spool')).toMatchObject({ taken: 2 + fresh, trouble: null });
    expect(await asking(status, {}, context)).toMatchObject({ aggregate: 2 + fresh });
  });

  it('counts once what it hands over twice after a kill', async () => {
    await putOld(path, Buffer.concat([inMbox(reportMail(1)), inMbox(reportMail(2))]));
    const gone = new Error('killed');

    await expect(look({ remember: () => Promise.reject(gone) })).rejects.toBe(gone);
    await look();

    expect(await stateOf(context, 'spool')).toMatchObject({ taken: 2, known: 2 });
    expect(await asking(status, {}, context)).toMatchObject({ aggregate: 2, processed: 2 });
  });

  it('finds separators wherever the pieces end in which it is read', async () => {
    const mails = Array.from({ length: 40 }, (_, at) =>
      inMbox(Buffer.concat([reportMail(at), Buffer.alloc(52_400 + at * 7, 'x')])),
    );
    await putOld(path, Buffer.concat(mails));

    await look();

    expect(await stateOf(context, 'spool')).toMatchObject({ taken: 40 });
  });

  it('puts a mail aside that is too large, without reading it', async () => {
    await putOld(path, Buffer.concat([inMbox(Buffer.alloc(20_000, 'x')), inMbox(reportMail(1))]));

    await look({ limits: { ...DEFAULT_LIMITS, mailBytes: 10_000 } });

    expect(await stateOf(context, 'spool')).toMatchObject({
      taken: 1,
      failed: 1,
      failures: [{ name: 'reports at 0', code: 'limit-mail-bytes' }],
    });
  });

  it('says what is wrong with another file', async () => {
    await putOld(path, 'no mbox at all');

    await expect(look()).rejects.toMatchObject({ code: 'mbox-format' });
  });
});
