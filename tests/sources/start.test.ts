import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { processPending } from '../../src/core/ingest/process.js';
import { status } from '../../src/core/operations/intake.js';
import type { Context } from '../../src/core/operations/operation.js';
import { intake } from '../../src/core/operations/source-states.js';
import type { SourceSetting } from '../../src/settings/sources.js';
import { startSources, type StartedSources } from '../../src/sources/start.js';
import { asking } from '../core/operations/asking.js';
import { testSystem, type TestSystem } from '../support/context.js';
import { programOf } from '../support/programs.js';
import { reportXml } from '../support/reports.js';
import { eventually, filesBelow, folderSetting, putOld, stateOf, temporaryFolder } from './running.js';

const HOUR_MS = 3_600_000;

let system: TestSystem;
let context: Context;
let folder: string;
let remove: () => Promise<void>;
let watcher: pg.Client;
let children: ChildProcess[] = [];
let started: StartedSources[] = [];
let tenants = 0;
let tenant: string;

beforeAll(async () => {
  system = await testSystem();
  watcher = new pg.Client(system.url);
  await watcher.connect();
});
afterAll(async () => {
  await watcher.end();
  await system.close();
});
beforeEach(async () => {
  tenant = `sources ${(tenants += 1)}`;
  context = await system.context(tenant);
  ({ path: folder, remove } = await temporaryFolder());
});
afterEach(async () => {
  await Promise.all(children.map(kill));
  await Promise.all(started.map((one) => one.stop(10_000)));
  children = [];
  started = [];
  await remove();
});

async function startHere(settings: readonly SourceSetting[]): Promise<StartedSources> {
  const one = await startSources({ context }, settings);
  started.push(one);
  return one;
}

/** Starts a process that runs the sources, and waits until it says so. */
async function startProcess(settings: readonly SourceSetting[]): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [programOf('tests/sources/child.ts'), system.url, JSON.stringify(settings)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function putReports(count: number, first: number): Promise<void> {
  for (let at = first; at < first + count; at += 1)
    await putOld(join(folder, `${at}.xml`), reportXml({ reportId: `report-${at}` }));
}

/** Waits until nothing but done files is left, reading meanwhile what was kept. */
async function allDone(count: number): Promise<void> {
  await eventually(async () => {
    await processPending(context);
    const files = await filesBelow(folder);
    return files.length === count && files.every((path) => path.startsWith('done/'));
  });
  await processPending(context);
}

describe('sources', () => {
  it('are run by one of two processes, and by the other when the first is killed', async () => {
    const settings = [folderSetting(folder, { tenant })];
    const first = await startProcess(settings);
    await eventually(async () => (await stateOf(context, 'drop').catch(() => null))?.state === 'good');
    await startProcess(settings);
    await putReports(50, 0);
    await eventually(async () => (await asking(status, {}, context)).pending > 0);

    await kill(first);
    await putReports(50, 50);
    const killed = performance.now();
    await eventually(async () => (await stateOf(context, 'drop')).state === 'good');

    expect(performance.now() - killed).toBeLessThan(10_000);
    await allDone(100);
    expect(await asking(status, {}, context)).toMatchObject({
      processed: 100,
      aggregate: 100,
      duplicates: 0,
    });
  });

  it('lose nothing and count nothing twice when they are killed between commit and move', async () => {
    const outside = await temporaryFolder();
    await putOld(join(outside.path, 'one.xml'), reportXml());
    const settings = [folderSetting(folder, { tenant, pollMs: HOUR_MS })];
    const first = await startProcess(settings);
    await eventually(async () => (await stateOf(context, 'drop').catch(() => null))?.lastContact);
    await watcher.query('BEGIN');
    await watcher.query('LOCK TABLE dmarc_ops.source_state IN SHARE MODE');
    await rename(join(outside.path, 'one.xml'), join(folder, 'one.xml'));
    await eventually(async () => (await asking(status, {}, context)).pending === 1);

    await kill(first);
    await watcher.query('ROLLBACK');
    expect(await filesBelow(folder)).toEqual(['one.xml']);
    await startProcess(settings);

    await allDone(1);
    expect(await asking(status, {}, context)).toMatchObject({ processed: 1, aggregate: 1, duplicates: 0 });
    expect(await stateOf(context, 'drop')).toMatchObject({ known: 1 });
    await outside.remove();
  });

  it('are run once by two that start together, and go on when the connection of the leader is cut', async () => {
    const settings = [folderSetting(folder, { tenant })];
    await Promise.all([startHere(settings), startHere(settings)]);
    await putReports(20, 0);
    await allDone(20);

    await watcher.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'dmarc-ops sources'`,
    );
    await putReports(20, 20);
    await allDone(40);

    expect(await stateOf(context, 'drop')).toMatchObject({ state: 'good', taken: 40, known: 0 });
  });

  it('of several tenants work side by side, each for its own', async () => {
    const other = await system.context(`${tenant} other`);
    const there = await temporaryFolder();
    await putOld(join(there.path, 'one.xml'), reportXml());
    await putReports(2, 0);
    await startHere([
      folderSetting(folder, { tenant }),
      folderSetting(there.path, { tenant: `${tenant} other` }),
    ]);

    await eventually(async () => (await stateOf(context, 'drop').catch(() => null))?.taken === 2);
    await eventually(async () => (await stateOf(other, 'drop').catch(() => null))?.taken === 1);

    await there.remove();
    expect(await asking(intake, {}, other)).toMatchObject({ items: [{ place: there.path }] });
  });

  it('show what is wrong with one of them while the others work, and recover by themselves', async () => {
    const missing = join(folder, 'later');
    await mkdir(join(folder, 'good'));
    await putOld(join(folder, 'good', 'one.xml'), reportXml());
    await startHere([
      folderSetting(missing, { tenant, name: 'bad' }),
      {
        name: 'worse',
        tenant,
        pollMs: null,
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
      },
      folderSetting(join(folder, 'good'), { tenant, name: 'good' }),
    ]);

    const bad = await eventually(async () => {
      const state = await stateOf(context, 'bad').catch(() => null);
      return state?.state === 'trouble' ? state : null;
    });
    expect(bad.trouble).toMatchObject({ code: 'folder-missing' });
    const worse = await eventually(async () => {
      const state = await stateOf(context, 'worse').catch(() => null);
      return state?.state === 'trouble' ? state : null;
    });
    expect(worse.trouble).toMatchObject({ code: 'connection-unprotected' });
    await eventually(async () => (await stateOf(context, 'good').catch(() => null))?.taken === 1);
    await mkdir(missing);
    await eventually(async () => (await stateOf(context, 'bad')).state === 'good');
  });

  it('stop at once, and leave the source to others', async () => {
    const one = await startHere([folderSetting(folder, { tenant, pollMs: HOUR_MS })]);
    await eventually(async () => (await stateOf(context, 'drop').catch(() => null))?.lastContact);
    const began = performance.now();

    await one.stop(20_000);

    expect(performance.now() - began).toBeLessThan(2_000);
    expect(await stateOf(context, 'drop')).toMatchObject({ state: 'not-running', trouble: null });
  });

  it('say what there is, or which settings would make some', async () => {
    const one = await startHere([folderSetting(folder, { tenant })]);
    const none = await startHere([]);

    expect(one.line).toBe(`on: drop (folder ${folder})`);
    expect(none.line).toBe('off: none of SOURCES, IMAP_URL and WATCH_FOLDER is set');
  });
});
