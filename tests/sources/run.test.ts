import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Log } from '../../src/core/ingest/context.js';
import { runSource } from '../../src/sources/run.js';
import { brokenSource, makeSource } from '../../src/sources/make.js';
import { askSource, registerSource, sourceWishes } from '../../src/core/store/source-state.js';
import { SILENT, testSystem, type TestSystem } from '../support/context.js';
import { eventually, folderSetting, stateOf, temporaryFolder } from './running.js';

let system: TestSystem;
let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  system = await testSystem();
  ({ path: folder, remove } = await temporaryFolder());
});
afterAll(async () => {
  await remove();
  await system.close();
});

it('makes itself known before it looks for wishes, so that there is nothing to warn of', async () => {
  const warnings: string[] = [];
  const log: Log = { ...SILENT, warn: (message) => void warnings.push(message), child: () => log };
  const context = await system.context('first', { log });
  let asked = 0;
  let isKnown = false;
  const within: typeof context.db.within = async (...given) => {
    asked += 1;
    if (asked > 1 && !isKnown) throw new Error('something was asked too early');
    const answer = await context.db.within(...given);
    isKnown = true;
    return answer;
  };
  const setting = folderSetting(folder);
  const source = await makeSource(setting).catch(brokenSource(setting));
  const end = new AbortController();

  const running = runSource({ ...context, db: { ...context.db, within } }, source, end.signal);
  await eventually(async () => (await stateOf(context, setting.name).catch(() => null))?.lastContact);
  end.abort();
  await running.done;

  expect(warnings).toEqual([]);
});

it('answers a wish of before its beginning', async () => {
  const context = await system.context('wished');
  const setting = folderSetting(folder);
  const source = await makeSource(setting).catch(brokenSource(setting));
  const wish = await context.db.within(context.tenant, async (session) => {
    await registerSource(session, context.tenant, source);
    return askSource(session, context.tenant, setting.name);
  });
  const end = new AbortController();

  const running = runSource(context, source, end.signal);
  const { answered } = await eventually(async () => {
    const wishes = await context.db.within(context.tenant, (session) =>
      sourceWishes(session, context.tenant, setting.name),
    );
    return wishes.answered >= wish && wishes;
  });
  end.abort();
  await running.done;

  expect(answered).toBe(wish);
});
