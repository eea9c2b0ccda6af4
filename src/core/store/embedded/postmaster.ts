import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { open, readFile, readlink, realpath, rename, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Binaries } from './binaries.js';
import { codeOf } from './error.js';
import type { Home } from './home.js';
import { PROGRAM_ENVIRONMENT, runProgram } from './program.js';
import type { ServerUser } from './server-user.js';

/** What postmaster.pid says about a server: lines 1, 5 and 8 (PostgreSQL's pidfile.h). */
export interface Postmaster {
  readonly pid: number;
  readonly sockets: string;
  /** It takes connections, and has made its socket before. */
  readonly ready: boolean;
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;

/** The log starts anew above this size; the one before is kept. */
const LOG_BYTES = 4 * 1024 * 1024;
/** Of the log's end, looked at for the reason of a failed start. */
const LOG_TAIL_BYTES = 16 * 1024;

/** The file's content, which may be left over from a server that is no more; null when there is none. */
export async function readPostmaster(home: Home): Promise<Postmaster | null> {
  try {
    const lines = (await readFile(path.join(home.cluster, 'postmaster.pid'), 'utf8')).split('\n');
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 0
      ? { pid, sockets: lines[4] ?? '', ready: lines[7]?.trim() === 'ready' }
      : null;
  } catch (error) {
    // Unreadable means another user's; that is put into words where the folder is prepared.
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error))) return null;
    throw error;
  }
}

/** The server that runs on this home; null when there is none. */
export async function findRunning(home: Home): Promise<Postmaster | null> {
  const postmaster = await readPostmaster(home);
  return postmaster !== null && (await isRunning(home, postmaster.pid)) ? postmaster : null;
}

/**
 * Whether the process is a server of this very cluster, and not one that got the number later. A postmaster's working
 * folder is its cluster.
 */
export async function isRunning(home: Home, pid: number): Promise<boolean> {
  if (!exists(pid)) return false;
  if (process.platform !== 'linux') {
    const { stdout } = await runProgram('ps', ['-o', 'comm=', '-p', String(pid)]);
    return stdout.includes('postgres');
  }
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(home.cluster));
  } catch (error) {
    // Another user's process is none of ours: as a normal user the server is ours, and root may read them all.
    if (['EACCES', 'EPERM', 'ENOENT', 'ESRCH'].includes(codeOf(error))) return false;
    throw error;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A server that we have started, up to the moment when it can be connected to. */
export interface Started {
  readonly pid: number;
  /** How it ended, and what it logged last; null while it runs. */
  ended(): Promise<{ readonly clean: boolean; readonly log: string } | null>;
}

/**
 * Starts a server that outlives us: its own session, its own log, nothing of ours open. `leftOver` is the pid in a
 * postmaster.pid whose server is known to be gone; PostgreSQL would take any process of that number for it.
 */
export async function startPostmaster(
  home: Home,
  binaries: Binaries,
  user: ServerUser,
  leftOver: number | null,
): Promise<Started> {
  const log = await openLog(home);
  try {
    const { size } = await log.stat();
    const child = spawn(binaries.postgres, ['-D', home.cluster, '-c', `config_file=${home.config}`], {
      ...user.runAs,
      cwd: '/',
      // PostgreSQL ignores this pid in a lock file (CreateLockFile in miscinit.c), and still checks its shared memory.
      env:
        leftOver === null
          ? PROGRAM_ENVIRONMENT
          : { ...PROGRAM_ENVIRONMENT, PG_GRANDPARENT_PID: String(leftOver) },
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    child.unref();
    return { pid: await pidOf(child), ended: () => endOf(child, home, size) };
  } finally {
    await log.close();
  }
}

function pidOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
}

async function endOf(
  child: ChildProcess,
  home: Home,
  from: number,
): Promise<{ clean: boolean; log: string } | null> {
  if (child.exitCode === null && child.signalCode === null) return null;
  return { clean: child.exitCode === 0, log: await readLog(home, from) };
}

async function openLog(home: Home): Promise<FileHandle> {
  const size = await stat(home.log).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_BYTES) await rename(home.log, `${home.log}.1`);
  return open(home.log, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600);
}

async function readLog(home: Home, from: number): Promise<string> {
  const log = await open(home.log, 'r');
  try {
    const { size } = await log.stat();
    const start = Math.max(from, size - LOG_TAIL_BYTES);
    const { buffer, bytesRead } = await log.read(Buffer.alloc(LOG_TAIL_BYTES), 0, LOG_TAIL_BYTES, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await log.close();
  }
}

/** Asks the server to end: it ends its connections, writes a checkpoint and goes (PostgreSQL's fast shutdown). */
export function askToStop(postmaster: Postmaster): void {
  try {
    process.kill(postmaster.pid, 'SIGINT');
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
