import { access, chmod, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkPlatform, findBinaries } from './binaries.js';
import { ensureCluster, hasCluster } from './cluster.js';
import { diskFull, EmbeddedError, folderError, USE_YOUR_OWN } from './error.js';
import { FALLBACK_FOLDER, findHome, prepareHome, prepareSocketFolder, type Home } from './home.js';
import { tryLock } from './lock.js';
import {
  askToStop,
  findRunning,
  isRunning,
  readPostmaster,
  startPostmaster,
  type Postmaster,
  type Started,
} from './postmaster.js';
import { enter, type Presence } from './presence.js';
import type { ServerUser } from './server-user.js';
import { accessRules, identities, PORT, serverConfig, type Settings } from './settings.js';

export interface EmbeddedOptions {
  /** Holds the server's files in its subfolder `postgres`; made when it is not there. */
  readonly dataFolder: string;
  /** Told, in whole sentences, what people should know: another folder is used, the server had to be restarted. */
  readonly note?: (line: string) => void;
  /** Server settings on top of our own; they apply when this call starts the server. */
  readonly settings?: Settings;
  /** A folder with other PostgreSQL programs (`initdb`, `postgres`) than the packaged ones. */
  readonly binaries?: string;
  /** Where root keeps the data when PostgreSQL's user cannot reach `dataFolder`. */
  readonly fallbackFolder?: string;
}

/** A server that we are connected to. */
export interface Arrival {
  readonly home: Home;
  readonly sockets: string;
  readonly presence: Presence;
}

interface Prepared {
  readonly home: Home;
  readonly user: ServerUser;
}

/** Waiting for the lock, and for a server that does not come up. */
const START_MS = 60_000;
/** Waiting for one that is there and not ready: after a crash it replays up to max_wal_size of log. */
const RECOVERY_MS = 15 * 60_000;
const SAY_SO_AFTER_MS = 3_000;
/** A server that is ready has its socket; this is for one that becomes ready or stops just now. */
const SOCKET_MS = 1_000;
const STOP_MS = 120_000;
const POLL_MS = 10;
/** When the remains of a server that died still hold its memory. */
const REMAINS_MS = 200;

/** Adopts the server that runs, or starts one. `mayCreate` false: only on data that is there. */
export async function arrive(options: EmbeddedOptions, mayCreate: boolean): Promise<Arrival> {
  checkPlatform(options.binaries);
  const begun = performance.now();
  let home = await findHome(options.dataFolder);
  let prepared: Prepared | null = null;
  let started: Started | null = null;
  let said = false;
  for (;;) {
    const postmaster = await findRunning(home);
    if (postmaster !== null) {
      const presence = await enter(postmaster.sockets);
      if (presence !== null) return { home, sockets: postmaster.sockets, presence };
    } else {
      const end = (await started?.ended()) ?? null;
      if (end !== null && !end.clean) await judge(home, end.log);
      if (!mayCreate && !(await hasCluster(home))) throw dataMissing(home);
      prepared ??= await prepareHome(
        options.dataFolder,
        options.fallbackFolder ?? FALLBACK_FOLDER,
        options.note,
      );
      home = prepared.home;
      started = (await startUnderLock(options, prepared)) ?? started;
    }

    const waited = performance.now() - begun;
    if (postmaster?.ready && waited > SOCKET_MS && !(await hasSocket(postmaster)))
      throw socketGone(home, postmaster);
    if (postmaster !== null && waited > SAY_SO_AFTER_MS && !said) {
      said = true;
      options.note?.('The embedded PostgreSQL is getting ready; after a crash this can take minutes.');
    }
    if (waited > (postmaster === null ? START_MS : RECOVERY_MS)) throw timedOut(home);
    await sleep(POLL_MS);
  }
}

/** Stops the server, and returns when it is down. */
export async function stopServer(home: Home): Promise<void> {
  const postmaster = await findRunning(home);
  if (postmaster === null) return;
  askToStop(postmaster);
  const deadline = performance.now() + STOP_MS;
  while (await isRunning(home, postmaster.pid)) {
    if (performance.now() > deadline) {
      throw new EmbeddedError(
        'timed-out',
        `The embedded PostgreSQL in ${home.folder} does not stop; see ${home.log}.`,
      );
    }
    await sleep(POLL_MS);
  }
}

/** Null when somebody else is at it or the server runs by now. */
async function startUnderLock(options: EmbeddedOptions, { home, user }: Prepared): Promise<Started | null> {
  const release = await tryLock(home.folder);
  if (release === null) return null;
  try {
    if ((await findRunning(home)) !== null) return null;
    const binaries = await findBinaries(home, user, options.binaries);
    await ensureCluster(home, binaries, user);
    await configure(home, user, binaries.major, options.settings ?? {});
    const leftOver = (await readPostmaster(home))?.pid ?? null;
    const started = await startPostmaster(home, binaries, user, leftOver);
    // The lock is kept until everybody else can see the server.
    while ((await readPostmaster(home))?.pid !== started.pid && (await started.ended()) === null)
      await sleep(POLL_MS);
    return started;
  } catch (error) {
    throw folderError(error, home.folder);
  } finally {
    await release();
  }
}

async function configure(home: Home, user: ServerUser, major: number, settings: Settings): Promise<void> {
  const sockets = await prepareSocketFolder(home, user);
  const files = [
    [home.config, serverConfig(home, sockets, settings)],
    [home.access, accessRules(major)],
    [home.identities, identities(user)],
  ] as const;
  for (const [file, content] of files) {
    // A new file under the old name: nothing that lies there is written through.
    const fresh = `${file}.new`;
    await rm(fresh, { force: true });
    await writeFile(fresh, content, { flag: 'wx' });
    // Whatever the umask of root: the server's user has to read it.
    await chmod(fresh, 0o644);
    await rename(fresh, file);
  }
}

/** Throws when a start failed for good; waits a little when a second try can help. */
async function judge(home: Home, log: string): Promise<void> {
  if (/lock file ".*" already exists|pre-existing shared memory block/.test(log)) {
    await sleep(REMAINS_MS);
    return;
  }
  if (log.includes('No space left on device')) throw diskFull(home.folder);
  const reason = /(?:FATAL|PANIC): +(.+)/.exec(log)?.[1] ?? log.trim().split('\n').at(-1) ?? '';
  throw new EmbeddedError(
    'start-failed',
    `The embedded PostgreSQL in ${home.folder} does not start (${reason || 'it gives no reason'}); ` +
      `see ${home.log}, or ${USE_YOUR_OWN}.`,
  );
}

async function hasSocket(postmaster: Postmaster): Promise<boolean> {
  return access(path.join(postmaster.sockets, `.s.PGSQL.${PORT}`)).then(
    () => true,
    () => false,
  );
}

function socketGone(home: Home, { pid, sockets }: Postmaster): EmbeddedError {
  return new EmbeddedError(
    'socket-folder',
    `The embedded PostgreSQL in ${home.folder} runs (process ${pid}) but its socket in ${sockets} was removed; ` +
      `end it with "kill ${pid}" and try again.`,
  );
}

function dataMissing(home: Home): EmbeddedError {
  return new EmbeddedError(
    'data-missing',
    `The data in ${home.folder} is gone; put it back, or start dmarc-ops anew.`,
  );
}

function timedOut(home: Home): EmbeddedError {
  return new EmbeddedError(
    'timed-out',
    `The embedded PostgreSQL in ${home.folder} did not come up; see ${home.log}, or ${USE_YOUR_OWN}.`,
  );
}
