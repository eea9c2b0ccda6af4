import { appendFile, chmod, mkdir, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { folderSource } from '../../../src/core/intake/folder.js';
import type { ReportSource, SourceHost } from '../../../src/core/intake/source.js';
import { status } from '../../../src/core/operations/intake.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { registerSource } from '../../../src/core/store/source-state.js';
import { hostOf } from '../../../src/sources/host.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { reportXml } from '../../support/reports.js';
import { eventually, filesBelow, putOld, stateOf, temporaryFolder } from '../../sources/running.js';
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
  context = await system.context(`folder ${(tenants += 1)}`);
  ({ path: folder, remove } = await temporaryFolder());
});
afterEach(() => remove());

/** A host that reads what is taken, as where nobody else does. */
async function hostFor(source: ReportSource, given: Partial<SourceHost> = {}): Promise<SourceHost> {
  await context.db.within(context.tenant, (session) => registerSource(session, context.tenant, source));
  const { signal } = new AbortController();
  return { ...hostOf(context, source, { onAsk: () => {}, reads: true, signal }), ...given };
}

async function lookOnce(given: Partial<SourceHost> = {}): Promise<void> {
  const source = folderSource({ name: 'drop', path: folder });
  await source.once(await hostFor(source, given), new AbortController().signal);
}

const report = (at: number): string => reportXml({ reportId: `report-${at}` });

describe('a watched folder', () => {
  it('takes files, also in folders, and moves them by day once they are committed', async () => {
    await putOld(join(folder, 'one.xml'), report(1));
    await mkdir(join(folder, 'deep', 'er'), { recursive: true });
    await putOld(join(folder, 'deep', 'er', 'two.xml'), report(2));

    await lookOnce();

    expect(await filesBelow(folder)).toEqual(['done/2026-03-15/one.xml', 'done/2026-03-15/two.xml']);
    expect(await asking(status, {}, context)).toMatchObject({ processed: 2, aggregate: 2 });
    expect(await stateOf(context, 'drop')).toMatchObject({ taken: 2, waiting: 0, failed: 0, trouble: null });
  });

  it('puts what holds no report aside, with the reason', async () => {
    await putOld(join(folder, 'photo.jpg'), Buffer.from([0xff, 0xd8, 0xff, 0, 1, 2]));
    await putOld(join(folder, 'good.xml'), report(1));

    await lookOnce();

    expect(await filesBelow(folder)).toEqual(['done/2026-03-15/good.xml', 'failed/photo.jpg']);
    const { failed, failures } = await stateOf(context, 'drop');
    expect(failed).toBe(1);
    expect(failures).toMatchObject([{ name: 'photo.jpg' }]);
    expect(failures[0]?.message).not.toBe('');
  });

  it('overwrites nothing that was moved before', async () => {
    await mkdir(join(folder, 'done', '2026-03-15'), { recursive: true });
    await writeFile(join(folder, 'done', '2026-03-15', 'one.xml'), 'precious');
    await putOld(join(folder, 'one.xml'), report(1));

    await lookOnce();

    expect(await filesBelow(folder)).toEqual(['done/2026-03-15/one.xml', 'done/2026-03-15/one~2.xml']);
  });

  it('leaves hidden and unfinished files, and links that lead elsewhere', async () => {
    const elsewhere = await temporaryFolder();
    await putOld(join(elsewhere.path, 'secret.xml'), report(9));
    for (const name of ['.hidden.xml', 'one.xml.part', 'two.tmp', 'three.xml~'])
      await putOld(join(folder, name), report(1));
    await symlink(join(elsewhere.path, 'secret.xml'), join(folder, 'link.xml'));
    await symlink(elsewhere.path, join(folder, 'linked'));

    await lookOnce();

    expect(await stateOf(context, 'drop')).toMatchObject({ taken: 0, failed: 0 });
    expect(await filesBelow(elsewhere.path)).toEqual(['secret.xml']);
    await elsewhere.remove();
  });

  it('takes a file that was being written only when it is whole', async () => {
    const source = folderSource({ name: 'drop', path: folder, pollMs: 500 });
    const stop = new AbortController();
    const host = await hostFor(source);
    const running = source.run(host, stop.signal);
    const text = report(1);
    const path = join(folder, 'slow.xml');
    await writeFile(path, text.slice(0, 100));
    await eventually(async () => (await stateOf(context, 'drop')).waiting === 1);
    await appendFile(path, text.slice(100));

    await eventually(async () => (await filesBelow(folder)).includes('done/2026-03-15/slow.xml'));
    stop.abort();
    await running;

    expect(await asking(status, {}, context)).toMatchObject({ processed: 1, aggregate: 1, unreadable: 0 });
  });

  it('takes a file again that somebody wrote to while it was taken', async () => {
    const path = join(folder, 'one.xml');
    await putOld(path, 'half');
    let isFirst = true;
    const source = folderSource({ name: 'drop', path: folder });
    const host = await hostFor(source);
    const take: SourceHost['take'] = async (incoming) => {
      const taken = await host.take(incoming);
      if (isFirst) {
        await truncate(path);
        await writeFile(path, report(1));
      }
      isFirst = false;
      return taken;
    };

    await source.once({ ...host, take }, new AbortController().signal);

    expect(await filesBelow(folder)).toEqual(['done/2026-03-15/one.xml']);
    expect(await asking(status, {}, context)).toMatchObject({ processed: 2, aggregate: 1 });
  });

  it('loses nothing when the database goes away before the commit, and counts once what is taken twice', async () => {
    await putOld(join(folder, 'one.xml'), report(1));
    const gone = new Error('gone');

    await expect(lookOnce({ take: () => Promise.reject(gone) })).rejects.toBe(gone);
    expect(await filesBelow(folder)).toEqual(['one.xml']);
    await expect(lookOnce({ settled: () => Promise.reject(gone) })).rejects.toBe(gone);
    expect(await filesBelow(folder)).toEqual(['one.xml']);
    await lookOnce();

    expect(await filesBelow(folder)).toEqual(['done/2026-03-15/one.xml']);
    expect(await stateOf(context, 'drop')).toMatchObject({ taken: 1, known: 1 });
    expect(await asking(status, {}, context)).toMatchObject({ processed: 1, aggregate: 1 });
  });

  it('goes through many files, more than one batch', async () => {
    for (let at = 0; at < 350; at += 1) await putOld(join(folder, `${at}.xml`), report(at));

    await lookOnce();

    expect(await asking(status, {}, context)).toMatchObject({ processed: 350, aggregate: 350 });
    expect((await filesBelow(folder)).filter((path) => path.startsWith('done/'))).toHaveLength(350);
  });

  it('says what to do where it does not exist, and is good when it does', async () => {
    const path = join(folder, 'later');
    const source = folderSource({ name: 'drop', path, pollMs: 20 });
    const stop = new AbortController();
    const running = source.run(await hostFor(source), stop.signal);

    const { trouble } = await eventually(async () => {
      const state = await stateOf(context, 'drop');
      return state.trouble === null ? null : state;
    });
    expect(trouble).toMatchObject({ code: 'folder-missing' });
    await mkdir(path);
    await eventually(async () => (await stateOf(context, 'drop')).trouble === null);
    stop.abort();
    await running;
  });

  it('takes a file that is renamed in at the next change, without waiting for the poll', async () => {
    const elsewhere = await temporaryFolder();
    await putOld(join(elsewhere.path, 'one.xml'), report(1));
    const source = folderSource({ name: 'drop', path: folder, pollMs: 3_600_000 });
    const stop = new AbortController();
    const running = source.run(await hostFor(source), stop.signal);
    await eventually(async () => (await stateOf(context, 'drop')).lastContact !== null);

    await rename(join(elsewhere.path, 'one.xml'), join(folder, 'one.xml'));

    await eventually(async () => (await filesBelow(folder)).includes('done/2026-03-15/one.xml'));
    stop.abort();
    await running;
    await elsewhere.remove();
    expect(await stateOf(context, 'drop')).toMatchObject({ taken: 1, waiting: 0 });
  });

  it.skipIf(process.getuid?.() === 0)('puts aside what it may not read', async () => {
    await putOld(join(folder, 'one.xml'), report(1));
    await chmod(join(folder, 'one.xml'), 0);

    await lookOnce();

    expect(await filesBelow(folder)).toEqual(['failed/one.xml']);
  });
});
