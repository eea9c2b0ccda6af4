import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { processPending } from '../../../src/core/ingest/process.js';
import { fetch } from '../../../src/core/operations/fetch.js';
import { status } from '../../../src/core/operations/intake.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { perform } from '../../../src/core/operations/perform.js';
import { intake } from '../../../src/core/operations/source-states.js';
import { openLeader } from '../../../src/core/store/leader.js';
import type { SourceSetting } from '../../../src/settings/sources.js';
import { sourcesHere } from '../../../src/sources/here.js';
import { startSources } from '../../../src/sources/start.js';
import { eventually, folderSetting, putOld, stateOf, temporaryFolder } from '../../sources/running.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { reportXml } from '../../support/reports.js';
import { asking } from './asking.js';

const HOUR_MS = 3_600_000;

let system: TestSystem;
let context: Context;
let folder: string;
let remove: () => Promise<void>;
let tenants = 0;
let tenant: string;

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());
beforeEach(async () => {
  tenant = `fetch ${(tenants += 1)}`;
  context = await system.context(tenant);
  ({ path: folder, remove } = await temporaryFolder());
});
afterEach(() => remove());

/** A context in a process that has these settings. */
function withSettings(...settings: SourceSetting[]): Context {
  return { ...context, sources: sourcesHere(settings) };
}

describe('fetch', () => {
  it('looks here where nobody runs the source, and reads what it brings', async () => {
    await putOld(join(folder, 'one.xml'), reportXml());
    await putOld(join(folder, 'photo.jpg'), 'no report');
    const here = withSettings(folderSetting(folder, { tenant }));

    const { items } = await asking(fetch, {}, here);

    expect(items).toMatchObject([
      { name: 'drop', outcome: 'looked', brought: { taken: 2, known: 0, failed: 1 }, trouble: null },
    ]);
    expect(await asking(status, {}, context)).toMatchObject({ processed: 2, aggregate: 1 });
    expect((await stateOf(here, 'drop')).state).toBe('not-running');
  });

  it('asks the process that runs it, and waits until that has looked', async () => {
    // A file that is not there cannot be watched, so that only the wish can bring the look.
    const path = join(folder, 'reports');
    const setting = folderSetting(path, { tenant, kind: 'mbox', name: 'spool', pollMs: HOUR_MS });
    const running = await startSources({ context }, [setting]);
    await eventually(async () => (await stateOf(context, 'spool').catch(() => null))?.trouble);
    await putOld(
      path,
      `From a@example.net Sun Mar  1 10:00:00 2026\nContent-Type: text/xml\n\n${reportXml()}\n\n`,
    );

    const [first, second] = await Promise.all([
      asking(fetch, {}, context),
      asking(fetch, { name: 'SPOOL' }, context),
      eventually(async () => (await processPending(context)).raws > 0),
    ]);
    await running.stop(10_000);

    for (const { items } of [first, second])
      expect(items).toMatchObject([{ outcome: 'looked', trouble: null }]);
    expect(await stateOf(context, 'spool')).toMatchObject({ taken: 1 });
  });

  it('says what keeps a source from looking', async () => {
    const here = withSettings(folderSetting(join(folder, 'no-such'), { tenant }));

    const { items } = await asking(fetch, {}, here);

    expect(items).toMatchObject([
      { outcome: 'looked', state: 'trouble', trouble: { code: 'folder-missing' } },
    ]);
  });

  it('wakes a source that rests after a failure', async () => {
    const setting: SourceSetting = {
      ...folderSetting(folder, { tenant, name: 'broken' }),
      kind: 'imap',
      host: 'imap.example.com',
      port: null,
      security: 'none',
      user: 'me',
      secret: { kind: 'password', from: 'here', read: () => Promise.resolve('hunter2') },
      caFile: null,
      folder: null,
      done: null,
      failed: null,
    };
    const running = await startSources({ context }, [setting]);
    await eventually(async () => (await stateOf(context, 'broken').catch(() => null))?.trouble);

    const { items } = await asking(fetch, { wait: 10 }, context);
    await running.stop(10_000);

    expect(items).toMatchObject([{ outcome: 'looked', state: 'trouble' }]);
  });

  it('lets three of a tenant wait at once, and others meanwhile', async () => {
    // Whoever leads it looks never: all who ask wait.
    await asking(fetch, {}, withSettings(folderSetting(folder, { tenant })));
    const leader = await openLeader(context.db, null);
    expect(await leader.lead({ tenant: context.tenant, name: 'drop' })).toBe(true);
    const waiting = [1, 2, 3].map(() => asking(fetch, { wait: 5 }, context));

    await expect(asking(fetch, { wait: 5 }, context)).rejects.toMatchObject({ code: 'fetch-busy' });
    await expect(asking(fetch, {}, await system.context(`${tenant} other`))).rejects.toMatchObject({
      code: 'no-sources',
    });

    await leader.close();
    for (const { items } of await Promise.all(waiting)) expect(items).toMatchObject([{ outcome: 'nobody' }]);
    await expect(asking(fetch, {}, context)).resolves.toBeDefined();
  });

  it('says where to see what comes of a look that goes on', async () => {
    await asking(fetch, {}, withSettings(folderSetting(folder, { tenant })));
    const leader = await openLeader(context.db, null);
    await leader.lead({ tenant: context.tenant, name: 'drop' });

    const { items, note } = await asking(fetch, { wait: 0 }, context);
    await leader.close();

    expect([items[0]?.outcome, note]).toEqual([
      'looking',
      '1 of 1 still look, and go on: intake tells how each fares.',
    ]);
  });

  it('waits a minute at most for who asks from elsewhere', async () => {
    const here = withSettings(folderSetting(folder, { tenant }));
    const user: Context = { ...here, actor: { id: 'user:1', name: 'Ann', role: 'analyst', user: 1 } };
    const key: Context = { ...here, actor: { id: 'key:1', name: 'script', role: 'analyst', key: true } };

    for (const asker of [user, key]) {
      await expect(perform(fetch, asker, { wait: 61 })).rejects.toMatchObject({ code: 'wait-too-long' });
      await expect(perform(fetch, asker, { wait: 60 })).resolves.toMatchObject({ note: null });
    }
    await expect(perform(fetch, here, { wait: 600 })).resolves.toMatchObject({ note: null });
  });

  it('says that nobody runs a source whose settings are elsewhere', async () => {
    await asking(fetch, {}, withSettings(folderSetting(folder, { tenant })));

    const { items } = await asking(fetch, {}, context);

    expect(items).toMatchObject([{ name: 'drop', outcome: 'nobody' }]);
  });

  it('names what there is, where another is asked for', async () => {
    const here = withSettings(folderSetting(folder, { tenant }));

    await expect(asking(fetch, { name: 'drpo' }, here)).rejects.toMatchObject({
      code: 'unknown-source',
      suggestions: ['drop'],
    });
    await expect(asking(fetch, {}, context)).rejects.toMatchObject({ code: 'no-sources' });
  });
});

describe('intake', () => {
  it('shows sources that never ran, and none of another tenant', async () => {
    const here = withSettings(
      folderSetting(folder, { tenant }),
      folderSetting(folder, { tenant: `${tenant} other`, name: 'theirs' }),
    );

    expect(await asking(intake, {}, here)).toMatchObject({
      items: [{ name: 'drop', place: folder, state: 'not-running', lastContact: null }],
    });
    await asking(fetch, {}, here);
    expect((await asking(intake, {}, await system.context(`${tenant} other`))).items).toEqual([]);
  });
});
