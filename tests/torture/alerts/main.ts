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

const HOW = `Random steps, the same for the same seed: rules find something and find it no more, people press buttons (some on old cards, some twice at once), suppress and resume; platforms say 429 and 503, lose answers, carry a message out after its connection broke (a change is then done at once: one that overtakes a newer one would stand until the next), are down for an hour, archive channels; people delete messages; the clock jumps by minutes to days, while nothing is being said. Several processes do all of it over one PostgreSQL: operations, what the clock does, and the reconciler. They are killed with -9 and started again, half of them just when a platform has a message of theirs and before they are told so, and their connections to the database are cut.

For the volume the platforms are one simulated server that is spoken to over HTTP through thin speakers, and not through those of the product: it is like Slack (a message is found again by its key), Discord (the same nonce within five minutes is the same message, and later one is found among the last hundred), Teams and a webhook (nothing of the kind). The speakers of the product meet the stand-ins of their platforms in tests/stories/alert-\\*.test.ts and in the bench.

In the end faults stop and the clock runs on, until nothing is due. Then:

- The message that each channel holds is compared with the card of its alert as it stands, and each row with what is held. What a person deleted comes again with the next change.
- Each finding has an alert or a named reason, each alert that asks for somebody is on a card, and each card is in all channels that take its severity.
- No new message came in the time of a suppression or in quiet hours, looked at by plain dates and what was on the card.
- No channel has two cards of an alert or two messages of a change, but for a reason that was injected: in Teams and webhooks a lost answer or a kill before it was noted, in Slack an answer that was lost before the message was there, in Discord none. How often that was so is listed below.
- Histories are paths that there are, with growing versions, and no click on an old card was done after a newer change of state.

It notices when the code is broken on purpose: when it is not noted that a message begins, when suppressions are not looked at, when versions on old cards are not looked at, when the oldest of those told on a card does not get its own where its lead ends. That the card which an alert left is not drawn anew, and that what was posted is forgotten where the database is away for the next step, was found by it.`;

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

${HOW}

${told(result)}

${facts.join('\n')}
`;
}
