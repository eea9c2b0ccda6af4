import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkReport } from '../../src/core/sample/bulk.js';
import { commandLine } from '../support/command-line.js';
import { onServer } from '../support/database.js';
import { programOf } from '../support/programs.js';
import { testSystem, type TestSystem } from '../support/context.js';
import { takeIn } from '../support/samples.js';
import { reportXml } from '../support/reports.js';
import { sentenceOf } from '../support/sentence.js';

let system: TestSystem;
let folder: string;

beforeAll(async () => {
  system = await testSystem();
  folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-bad-use-'));
  await takeIn(await system.context('default'), reportXml());
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await system.close();
});

describe('bad use gives one sentence that says what to do', () => {
  it.each([
    [['summray', 'example.com'], 2, 'summary'],
    [['summary', 'example.com', '--dys', '30'], 2, 'days'],
    [['summary', 'example.com', '30x'], 2, 'help summary'],
    [['summary', 'exmaple.com'], 1, 'example.com'],
    [['summary', 'example.com', 'from:2026-02-30'], 2, '2026-02-30'],
    [['report', '424242'], 1, 'list of reports'],
    [['ingest', '/no/such/folder'], 1, 'check the path'],
    [['sources', 'example.com', 'cursor:abc'], 1, 'cursor'],
  ])('for %j', async (words, code, hint) => {
    const ended = await commandLine(words, { environment: { DATABASE_URL: system.url } });

    expect(sentenceOf(ended)).toContain(hint);
    expect(ended.code).toBe(code);
  });

  it.each([
    [{ DATABASE_URL: 'mysql://localhost/x' }, 'DATABASE_URL'],
    [{ DATABASE_URL: 'postgres://dmarc:hunter2@127.0.0.1:1/x' }, 'PostgreSQL runs'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    [{ DATA_DIR: '/dev/null/data' }, 'folder'],
  ])('for the settings %j, and never tells a password', async (environment, hint) => {
    const ended = await commandLine(['status'], { environment });

    expect(sentenceOf(ended)).toContain(hint);
    expect(ended.errors).not.toContain('hunter2');
    expect(ended.code).toBe(1);
  });

  it('for a database that goes away in the middle, and the next run ends the work', async () => {
    const path = join(folder, 'large.xml.gz');
    await writeFile(
      path,
      gzipSync(Buffer.concat([...bulkReport({ records: 30_000, seed: 1, domain: 'large.example' })])),
    );
    const environment = { DATABASE_URL: system.url };
    const database = new URL(system.url).pathname.slice(1);
    const working = `SELECT COUNT(*) AS count FROM pg_stat_activity WHERE datname = '${database}' AND query LIKE 'COPY%'`;

    const running = commandLine(['ingest', path], { environment });
    while (
      Number((await onServer((server) => server.query<{ count: string }>(working))).rows[0]?.count) === 0
    )
      await sleep(5);
    await onServer((server) =>
      server.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'dmarc-ops' AND query LIKE 'COPY%'`,
        [database],
      ),
    );

    expect(sentenceOf(await running)).toContain('taken up again by the next run');
    const next = await commandLine(['ingest', path, '--json'], { environment });
    expect(JSON.parse(next.output)).toMatchObject({ known: 1, documents: { stored: 1 } });
  });
});

describe('the service', () => {
  it('says what is on and what is off, reads what a killed process left, and stops when told', async () => {
    const context = await system.context('default');
    const { keepAll } = await import('../support/samples.js');
    await keepAll(context, [
      { name: 'left.xml', bytes: Buffer.from(reportXml({ reportId: 'left behind' })) },
    ]);
    const child = spawn(process.execPath, [programOf('src/main.ts')], {
      env: { ...process.env, DATABASE_URL: system.url, HTTP_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let told = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (told += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));

    const isRead = () =>
      context.db.within(context.tenant, (session) =>
        session.rows(`SELECT FROM aggregate_report WHERE report_id = 'left behind'`),
      );
    while ((await isRead()).length === 0) await sleep(50);
    child.kill('SIGTERM');

    expect(await ended).toBe(0);
    expect(told).toMatch(/database: on: PostgreSQL \d+/u);
    expect(told).toContain('Slack:    off: SLACK_BOT_TOKEN is not set');
    expect(told).toContain('Stopped.');
  });
});
