import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import pg from 'pg';
import { commandLine } from '../support/command-line.js';
import { programOf } from '../support/programs.js';
import { testSystem, type TestSystem } from '../support/context.js';
import { sampleFiles } from '../support/samples.js';

const POLL_MS = 5;

/** A moment at which an ingest is killed. */
interface Moment {
  /** What has to be seen first, as a condition. */
  readonly once: string;
  /** A table that is then closed to writers, so that the ingest waits in the middle of its work; null to kill at once. */
  readonly closed: string | null;
}

const RAW = 'dmarc_ops.raw_document';
/** In the order of the work. No document is begun so often that it would be set aside. */
const MOMENTS: readonly Moment[] = [
  { once: 'true', closed: RAW },
  { once: `EXISTS (SELECT FROM ${RAW})`, closed: RAW },
  { once: 'true', closed: 'dmarc_ops.raw_attempt' },
  {
    once: `EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%')`,
    closed: null,
  },
  { once: `EXISTS (SELECT FROM ${RAW} WHERE state = 'processed')`, closed: 'dmarc_ops.rollup_result' },
];

let system: TestSystem;
let folder: string;
let watcher: pg.Client;

beforeAll(async () => {
  system = await testSystem();
  folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-killed-'));
  watcher = new pg.Client(system.url);
  await watcher.connect();
});
afterAll(async () => {
  await watcher.end();
  await rm(folder, { recursive: true, force: true });
  await system.close();
});

it('counts every report exactly once, however often the ingest was killed on the way', async () => {
  const { files, truth } = sampleFiles('oddities', 5, '2026-03-14');
  for (const { name, bytes } of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  const environment = { DATABASE_URL: system.url };

  for (const moment of MOMENTS) {
    const { ended, left } = await killAt(moment, environment, files.length);
    expect([moment, ended]).toEqual([moment, 'SIGKILL']);
    expect([moment, left > 0]).toEqual([moment, true]);
  }
  const last = await commandLine(['ingest', folder, '--json'], { environment });

  expect(last.errors).toBe('');
  expect(last.code).toBe(0);
  const { tenant, db } = await system.context('default');
  const stored = await db.within(tenant, (session) =>
    session.rows<{ domain: string; messages: number }>(
      `SELECT d.name AS domain, SUM(r.messages) AS messages FROM rollup_result r JOIN domain d ON d.id = r.domain_id GROUP BY 1 ORDER BY 1`,
    ),
  );
  const expected = Object.entries(truth.domains).map(([domain, days]) => ({
    domain,
    messages: Object.values(days).reduce((sum, day) => sum + day.messages, 0),
  }));
  expect(stored).toEqual(expected.filter(({ messages }) => messages > 0));
  const left = await db.within(tenant, (session) =>
    session.rows(`SELECT FROM raw_document WHERE state <> 'processed'`),
  );
  expect(left).toHaveLength(0);
});

/** How the ingest ended, and how many files it had not stored and read by then. */
async function killAt(
  { once, closed }: Moment,
  environment: Readonly<Record<string, string>>,
  files: number,
): Promise<{ ended: NodeJS.Signals | number | null; left: number }> {
  await watcher.query('BEGIN');
  if (once === 'true') await close(closed);
  const child = spawn(process.execPath, [programOf('src/cli.ts'), 'ingest', folder], {
    env: { ...process.env, ...environment },
    stdio: 'ignore',
  });
  const running = new AbortController();
  const exit = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.once('exit', (code, signal) => {
      running.abort();
      resolve(signal ?? code);
    });
  });
  await seen(once, running.signal);
  if (closed !== null) {
    if (once !== 'true') await close(closed);
    await seen(
      `EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`,
      running.signal,
    );
  }
  child.kill('SIGKILL');
  const ended = await exit;
  await watcher.query('ROLLBACK');
  await seen(
    `NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'dmarc-ops'
       AND state <> 'idle')`,
  );
  const { rows } = await watcher.query<{ count: string }>(
    `SELECT COUNT(*) FROM ${RAW} WHERE state = 'processed'`,
  );
  return { ended, left: files - Number(rows[0]?.count) };
}

async function close(table: string | null): Promise<void> {
  await watcher.query(`LOCK TABLE ${table} IN SHARE MODE`);
}

/** Waits until a condition holds, or, with a signal, until it has come. */
async function seen(condition: string, signal?: AbortSignal): Promise<void> {
  for (;;) {
    // What a transaction has seen of others' activity stays as it was, unless this is asked for.
    await watcher.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await watcher.query<{ holds: boolean }>(`SELECT ${condition} AS holds`);
    if (rows[0]?.holds === true || signal?.aborted === true) return;
    await sleep(POLL_MS);
  }
}
