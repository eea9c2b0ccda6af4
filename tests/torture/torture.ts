import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { randomFor, type Random } from '../../src/core/sample/random.js';
import { findHome } from '../../src/core/store/embedded/home.js';
import { openEmbedded } from '../../src/core/store/embedded/open.js';
import { findRunning } from '../../src/core/store/embedded/postmaster.js';
import { keepRunning, type Kept } from './processes.js';
import { planOf, type Sending, type Way } from './reports.js';
import type { Sender } from './senders.js';
import { folderSender, uploadSender } from './senders.js';
import { differences, progressOf } from './truth.js';

export interface TortureOptions {
  readonly reports: number;
  /** So many; what is not sent by the last of them is sent in peace, or a slow machine would never come to the end. */
  readonly kills: number;
  readonly workers: number;
  readonly seed: number;
  /** Holds everything; left behind for who wants to look. */
  readonly folder: string;
  /** Program and first words of the command line `dmarc-ops`. */
  readonly command: readonly string[];
  readonly port: number;
  /** Where mails are delivered and what the service is told to read them; null without a mail server. */
  readonly mailbox: { readonly send: Sender; readonly environment: Readonly<Record<string, string>> } | null;
  readonly note: (line: string) => void;
}

export interface TortureResult {
  /** Kills by victim. */
  readonly kills: Readonly<Record<string, number>>;
  /** Empty where every report is counted exactly once. */
  readonly differences: readonly string[];
  readonly seconds: number;
  readonly reports: number;
  readonly sendings: number;
  /** Exit codes of the processes when they were told to stop in the end. */
  readonly exits: readonly (number | null)[];
}

const BETWEEN_KILLS_MS = { least: 50, most: 1_500 };
const IN_STEP_MS = 10;
/** From the last kill until everything is read: backoff included. Where nothing waits, what is missing is lost. */
const SETTLE_MS = 300_000;
const LOST_AFTER_MS = 45_000;
const SAY_SO_MS = 5_000;

/** Sends reports by every way while the service, its workers and PostgreSQL are killed; then counts. */
export async function torture(options: TortureOptions): Promise<TortureResult> {
  const { folder, note, mailbox, seed } = options;
  const begun = performance.now();
  const random = randomFor(seed, 'kills');
  const watched = path.join(folder, 'incoming');
  const data = path.join(folder, 'data');
  await mkdir(watched, { recursive: true });
  const server = await openEmbedded({ dataFolder: data, note });
  const environment = {
    DATA_DIR: data,
    WATCH_FOLDER: watched,
    HTTP_PORT: String(options.port),
    API_UPLOADS_PER_HOUR: '1000000',
    API_CALLS_PER_MINUTE: '1000000',
    LOG_LEVEL: 'warn',
    ...mailbox?.environment,
  };
  const key = await createKey(options.command, environment);
  const start = (name: string, ...words: string[]) =>
    keepRunning({
      name,
      command: [...options.command, ...words],
      environment,
      log: path.join(folder, `${name}.log`),
    });
  const kept = [
    start('service', 'serve'),
    ...Array.from({ length: options.workers }, (_, number) => start(`worker-${number + 1}`, 'work')),
  ];
  try {
    const ways: Way[] = mailbox === null ? ['folder', 'upload'] : ['folder', 'upload', 'mailbox'];
    const plan = planOf(options.reports, seed, ways);
    const senders: Readonly<Record<Way, Sender>> = {
      folder: folderSender(watched),
      upload: uploadSender(`http://127.0.0.1:${options.port}/v1/reports`, key),
      mailbox: mailbox?.send ?? (() => Promise.reject(new Error('there is no mailbox'))),
    };
    const killed: Killed = { byName: {}, total: 0 };
    const share = () => killed.total / options.kills;
    const sending = Promise.all(ways.map((way) => sendAll(plan.sendings, way, senders[way], share)));
    await Promise.all([sending, killAll(options, random, kept, data, killed)]);
    await settle(server.url, plan.truth.reports, note);
    const client = await connected(server.url);
    const found = await differences(client, plan.truth);
    await client.end();
    const exits = await Promise.all(kept.map((one) => one.stop()));
    const seconds = (performance.now() - begun) / 1_000;
    return {
      kills: killed.byName,
      differences: found,
      seconds,
      reports: options.reports,
      sendings: plan.sendings.length,
      exits,
    };
  } finally {
    await Promise.all(kept.map((one) => one.stop()));
    await server.leave();
  }
}

/** Sends what goes this way, in step with the share of the kills that are done, so that each kill meets work. */
async function sendAll(
  sendings: readonly Sending[],
  way: Way,
  send: Sender,
  share: () => number,
): Promise<void> {
  const own = sendings.filter((sending) => sending.way === way);
  for (const [index, sending] of own.entries()) {
    while (share() < index / own.length) await sleep(IN_STEP_MS);
    await send(sending);
  }
}

async function createKey(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const [program = '', ...words] = command;
  const { stdout } = await promisify(execFile)(
    program,
    [...words, 'key', 'create', '--name', 'torture', '--role', 'analyst', '--json'],
    { env: { ...process.env, ...environment } },
  );
  const { key } = JSON.parse(stdout) as { key: string };
  return key;
}

interface Killed {
  readonly byName: Record<string, number>;
  total: number;
}

/** Kills one after the other, at random moments, until there were enough. */
async function killAll(
  { kills, note }: TortureOptions,
  random: Random,
  kept: readonly Kept[],
  data: string,
  killed: Killed,
): Promise<void> {
  const { least, most } = BETWEEN_KILLS_MS;
  let said = performance.now();
  while (killed.total < kills) {
    await sleep(least + random.next() ** 2 * (most - least));
    const one = kept[random.below(kept.length + 1)];
    const done = one === undefined ? await killPostgres(data) : one.kill();
    const name = one?.name ?? 'PostgreSQL';
    if (done) {
      killed.byName[name] = (killed.byName[name] ?? 0) + 1;
      killed.total += 1;
    }
    if (performance.now() - said < SAY_SO_MS) continue;
    said = performance.now();
    note(`${killed.total} kills`);
  }
}

async function killPostgres(data: string): Promise<boolean> {
  const running = await findRunning(await findHome(data));
  if (running === null) return false;
  process.kill(running.pid, 'SIGKILL');
  return true;
}

/** Waits until every report is counted and no document waits; what is missing after that is told by the count. */
async function settle(url: string, reports: number, note: (line: string) => void): Promise<void> {
  const deadline = performance.now() + SETTLE_MS;
  let said = performance.now();
  let lastWork = performance.now();
  while (performance.now() < deadline && performance.now() - lastWork < LOST_AFTER_MS) {
    const progress = await asked(url);
    if (progress !== null && progress.reports >= reports && progress.waiting === 0) return;
    if (progress === null || progress.waiting > 0) lastWork = performance.now();
    if (performance.now() - said > SAY_SO_MS) {
      said = performance.now();
      note(
        `${progress?.reports ?? 'no'} of ${reports} reports counted, ${progress?.waiting ?? '?'} documents wait`,
      );
    }
    await sleep(200);
  }
}

/** Null while the server is away. */
async function asked(url: string): Promise<{ reports: number; waiting: number } | null> {
  const client = await connected(url).catch(() => null);
  if (client === null) return null;
  try {
    return await progressOf(client);
  } catch {
    return null;
  } finally {
    await client.end().catch(() => {});
  }
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  return client;
}
