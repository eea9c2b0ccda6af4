import { mkdtemp, rm } from 'node:fs/promises';
import { chmodSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from '../bench/machine.js';
import { dovecotMissing } from '../support/dovecot.js';
import { mailboxOf } from './mailbox.js';
import { writeSection } from './page.js';
import { torture, type TortureResult } from './torture.js';

const HELP = `Usage: npm run torture -- [--reports N] [--kills N] [--workers N] [--seed N] [--keep]

Sends reports by folder, upload and mailbox while the service, its workers and PostgreSQL are killed with -9 at
random moments, then counts. Exit code 1 where a report is lost or counted twice.

  --reports N   different reports (2000)
  --kills N     kills, at least (100)
  --workers N   worker processes beside the service (3)
  --seed N      of the reports and the moments; a new one each time when not given
  --keep        leave the folder with data and logs
`;
const FULL = { reports: 2_000, kills: 100, workers: 3 } as const;
const PORT = 18_090;
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

const { values } = parseArgs({
  options: {
    reports: { type: 'string', default: String(FULL.reports) },
    kills: { type: 'string', default: String(FULL.kills) },
    workers: { type: 'string', default: String(FULL.workers) },
    seed: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const sizes = {
  reports: Number(values.reports),
  kills: Number(values.kills),
  workers: Number(values.workers),
};
const say = (line: string): void => void process.stderr.write(`… ${line}\n`);
const folder = await mkdtemp(path.join(os.tmpdir(), 'dmarc-ops-torture-'));
// PostgreSQL runs as another user where root runs this.
chmodSync(folder, 0o755);
say(`seed ${seed}; data and logs in ${folder}`);
if (dovecotMissing !== null) say(`no mailbox: ${dovecotMissing}`);
const mailbox = dovecotMissing === null ? await mailboxOf(folder) : null;
try {
  const result = await torture({
    ...sizes,
    seed,
    folder,
    command: [process.execPath, CLI],
    port: PORT,
    mailbox,
    note: say,
  });
  process.stdout.write(`${told(result)}\n`);
  for (const difference of result.differences) process.stdout.write(`DIFFERENT: ${difference}\n`);
  if (result.differences.length > 0) process.exitCode = 1;
  const isFull = Object.entries(FULL).every(([name, size]) => sizes[name as keyof typeof FULL] >= size);
  if (isFull && mailbox !== null && result.differences.length === 0) await writePage(result);
} finally {
  await mailbox?.close();
  if (!values.keep && process.exitCode !== 1) await rm(folder, { recursive: true, force: true });
}

function told({ reports, sendings, kills, seconds, differences }: TortureResult): string {
  const total = Object.values(kills).reduce((sum, count) => sum + count, 0);
  const each = Object.entries(kills)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
  const verdict =
    differences.length === 0 ? 'Every report is counted exactly once.' : 'Reports are lost or doubled.';
  return `${verdict} ${reports} reports in ${sendings} sendings, ${total} kills (${each}) in ${seconds.toFixed(0)} s, seed ${seed}.`;
}

async function writePage(result: TortureResult): Promise<void> {
  const facts = machine(null).map(([name, value]) => `- ${name}: ${value}`);
  await writeSection(
    'reports',
    `## Reports

Written by \`npm run torture\` on ${new Date().toISOString().slice(0, 10)}; do not edit by hand.

${told(result)}

Reports come in over a watched folder, uploads and a mailbox of a real Dovecot, one of ten by two ways. Meanwhile \`dmarc-ops serve\`, ${sizes.workers} \`dmarc-ops work\` and PostgreSQL are killed with -9 at random moments and started again. In the end reports, records and all four rollups are compared with what was sent, and no document may wait or have failed.

${facts.join('\n')}
`,
  );
}
