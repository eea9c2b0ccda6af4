import { mkdtemp, rm } from 'node:fs/promises';
import { chmodSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { machine } from '../../bench/machine.js';
import { buildPrograms } from '../../support/build.js';
import { startServer } from '../../support/postgres-server.js';
import { writeSection } from '../page.js';
import { tortureAlerts, type AlertTortureResult } from './torture.js';

const HELP = `Usage: npm run torture:alerts -- [--steps N] [--workers N] [--seed N]

Takes random steps on alerts on several processes that are killed with -9, over platforms that fail: findings, clicks,
suppressions, faults, deleted messages, archived channels, jumps of the clock. Then everything comes to rest, and what
the platforms hold is compared with the alerts. Exit code 1 where something does not hold.

  --steps N    steps (5000)
  --workers N  worker processes (3)
  --seed N     of the steps; a new one each time when not given
`;
const FULL = { steps: 5_000, workers: 3 } as const;

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: String(FULL.steps) },
    workers: { type: 'string', default: String(FULL.workers) },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const sizes = { steps: Number(values.steps), workers: Number(values.workers) };
const note = (line: string): void => void process.stderr.write(`… ${line}\n`);
const folder = await mkdtemp(path.join(os.tmpdir(), 'dmarc-ops-alerts-'));
chmodSync(folder, 0o755);
note(`seed ${seed}`);
const server = await startServer();
try {
  await buildPrograms(path.join(folder));
  const url = await freshUrl(server.url);
  const program = path.join(folder, 'tests/torture/alerts/alert-child.js');
  const result = await tortureAlerts({ ...sizes, seed, url, folder, program, note });
  process.stdout.write(`${told(result)}\n`);
  for (const violation of result.violations) process.stdout.write(`VIOLATION: ${violation}\n`);
  if (result.violations.length > 0) process.exitCode = 1;
  else if (sizes.steps >= FULL.steps && sizes.workers >= FULL.workers)
    await writeSection('alerts', textOf(result));
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

async function freshUrl(given: string): Promise<string> {
  const client = new pg.Client(given);
  await client.connect();
  const name = `torture_${process.pid}`;
  await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  await client.end();
  const url = new URL(given);
  url.pathname = `/${name}`;
  return url.href;
}

function told({ violations, counts, seconds }: AlertTortureResult): string {
  const verdict = violations.length === 0 ? 'All held.' : `${violations.length} things did not hold.`;
  return `${verdict} ${sizes.steps} steps on ${sizes.workers} processes in ${seconds.toFixed(0)} s, seed ${seed}.\n\n${listOf(counts)}`;
}

function listOf(counts: AlertTortureResult['counts']): string {
  return Object.entries(counts)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, times]) => `- ${name}: ${times}`)
    .join('\n');
}

function textOf(result: AlertTortureResult): string {
  const facts = machine(null).map(([name, value]) => `- ${name}: ${value}`);
  return `## Alerts

Written by \`npm run torture:alerts\` on ${new Date().toISOString().slice(0, 10)}; do not edit by hand.

${told(result)}

${facts.join('\n')}
`;
}
