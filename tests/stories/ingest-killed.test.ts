import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.js';
import { testSystem, type TestSystem } from '../support/context.js';
import { sampleFiles } from '../support/samples.js';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
/** Moments at which the process is killed, in ms after its start: before, while and after bytes are stored. */
const KILLS = [650, 800, 950, 1_100, 1_250, 1_400];

let system: TestSystem;
let folder: string;

beforeAll(async () => {
  system = await testSystem();
  folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-killed-'));
});
afterAll(async () => {
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

  for (const after of KILLS) {
    const child = spawn(process.execPath, ['--import', 'tsx', CLI, 'ingest', folder], {
      env: { ...process.env, ...environment },
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await sleep(after);
    child.kill('SIGKILL');
    await ended;
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
