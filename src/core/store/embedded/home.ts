import { createHash } from 'node:crypto';
import { chmod, lchown, lstat, mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { codeOf, EmbeddedError, folderError, USE_YOUR_OWN } from './error.js';
import { runProgram } from './program.js';
import { chooseServerUser, isRoot, type ServerUser } from './server-user.js';
import { PORT } from './settings.js';

/**
 * Where the parts of one embedded server live. As root the folder is root's own, and the server's user may enter it;
 * `cluster` and `sockets` in it are that user's and closed to everybody else. So root never writes where a lesser user
 * could lay a link for it.
 */
export interface Home {
  readonly folder: string;
  readonly cluster: string;
  readonly sockets: string;
  readonly log: string;
  readonly config: string;
  readonly localConfig: string;
  readonly access: string;
  readonly identities: string;
  /** Our own copy of the programs, where the installed ones cannot be used. */
  readonly programs: string;
}

/** Where root keeps data that the server's user could not reach in the folder that was asked for. */
export const FALLBACK_FOLDER = '/var/lib/dmarc-ops';
/** In the folder that was asked for: names the one that is used in its place. */
const ELSEWHERE = 'postgres.location';
/** Of the socket's path. sun_path holds 107 on Linux and 103 on macOS. */
const SOCKET_PATH_BYTES = 103;

/** The home in `dataFolder`, or where an earlier start put it; nothing is made or checked. */
export async function findHome(dataFolder: string): Promise<Home> {
  const folder = path.resolve(dataFolder);
  try {
    const elsewhere = (await readFile(path.join(folder, ELSEWHERE), 'utf8')).trim();
    return homeIn(path.isAbsolute(elsewhere) ? elsewhere : folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error))) return homeIn(folder);
    throw error;
  }
}

function homeIn(dataFolder: string): Home {
  const folder = path.join(dataFolder, 'postgres');
  const within = (name: string): string => path.join(folder, name);
  return {
    folder,
    cluster: within('cluster'),
    sockets: within('run'),
    log: within('server.log'),
    config: within('server.conf'),
    localConfig: within('local.conf'),
    access: within('access.conf'),
    identities: within('identities.conf'),
    programs: within('programs'),
  };
}

/**
 * Makes the home, owned by the user whom the server runs as. As root, where that user cannot reach the folder, another
 * one is taken, remembered and named through `note`. Throws EmbeddedError when there is no usable folder.
 */
export async function prepareHome(
  dataFolder: string,
  fallbackFolder: string,
  note: (line: string) => void = () => undefined,
): Promise<{ readonly home: Home; readonly user: ServerUser }> {
  const home = await findHome(dataFolder);
  const owner = (isRoot() ? await ownerOf(home.cluster) : null) ?? (await ownerOf(home.folder));
  const user = await chooseServerUser(owner);
  try {
    if (!isRoot()) return { home: await makeOwn(home, owner, user), user };
    if (await makeFor(home, user)) return { home, user };
  } catch (error) {
    throw folderError(error, home.folder);
  }

  const folder = path.dirname(home.folder);
  if (owner !== null && owner !== 0) throw unreachable(folder, user, 'The database in');
  const other = homeIn(path.join(fallbackFolder, shortHash(path.resolve(dataFolder))));
  try {
    if (!(await makeFor(other, user))) throw unreachable(path.dirname(other.folder), user, 'The folder');
    await writeFile(path.join(folder, ELSEWHERE), `${path.dirname(other.folder)}\n`);
  } catch (error) {
    throw folderError(error, other.folder);
  }
  note(
    `The database is kept in ${path.dirname(other.folder)}: PostgreSQL does not run as root, and user ${user.name} ` +
      `cannot reach ${folder}.`,
  );
  return { home: other, user };
}

/**
 * A folder for the server's socket with a path that is short enough: the home itself, else one under the system's
 * temporary folder. Throws EmbeddedError `socket-folder` when somebody else has put something there.
 */
export async function prepareSocketFolder(home: Home, user: ServerUser): Promise<string> {
  const own = await realpath(home.sockets);
  if (fits(own)) return own;

  const { dev, ino } = await stat(own);
  const name = `dmarc-ops-${shortHash(`${dev}:${ino}`)}`;
  const folder = [os.tmpdir(), '/tmp'].map((temporary) => path.join(temporary, name)).find(fits);
  if (folder === undefined) throw new Error('the system has no temporary folder with a short path');
  await makePrivate(folder);
  const found = await lstat(folder);
  const ours = found.uid === user.uid || (isRoot() && found.uid === 0);
  if (!found.isDirectory() || !ours || (found.mode & 0o077) !== 0) {
    throw new EmbeddedError(
      'socket-folder',
      `${folder}, needed for the database's socket, belongs to somebody else or is open to others; remove it, ` +
        `or choose a data folder with a shorter path.`,
    );
  }
  if (found.uid !== user.uid) await lchown(folder, user.uid, user.gid);
  return folder;
}

function fits(folder: string): boolean {
  return Buffer.byteLength(path.join(folder, `.s.PGSQL.${PORT}`)) <= SOCKET_PATH_BYTES;
}

async function makeOwn(home: Home, owner: number | null, user: ServerUser): Promise<Home> {
  if (owner !== null && owner !== user.uid) {
    throw new EmbeddedError(
      'folder-of-another-user',
      `The database in ${home.folder} belongs to ${owner === 0 ? 'root' : `user id ${owner}`}, and we run as ${user.name}; ` +
        `start dmarc-ops as that user, choose another data folder, or ${USE_YOUR_OWN}.`,
    );
  }
  await mkdir(path.dirname(home.folder), { recursive: true });
  await makePrivate(home.folder);
  await makePrivate(home.sockets);
  return home;
}

/** As root: makes the home for `user`. False, and nothing is made for good, when `user` cannot reach it. */
async function makeFor(home: Home, user: ServerUser): Promise<boolean> {
  const outer = path.dirname(home.folder);
  const first = await mkdir(outer, { recursive: true });
  if (first !== undefined) await openTheWay(first, outer);
  if (!(await canReach(outer, user))) return false;
  await makePrivate(home.folder);
  if ((await ownerOf(home.folder)) === 0) {
    await lchown(home.folder, 0, user.gid);
    await chmod(home.folder, 0o750);
  }
  await makePrivate(home.sockets);
  await lchown(home.sockets, user.uid, user.gid);
  return true;
}

async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

/** Asked as the user, since modes alone do not tell: there are access lists and mounts. */
async function canReach(folder: string, user: ServerUser): Promise<boolean> {
  try {
    const probe = await runProgram('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], user.runAs);
    return probe.code === 0;
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error;
    throw new EmbeddedError(
      'no-server-user',
      `PostgreSQL does not run as root, and this process may not change to user ${user.name} (a container without ` +
        `SETUID and SETGID?); start dmarc-ops as a normal user, or ${USE_YOUR_OWN}.`,
      { cause: error },
    );
  }
}

/** Folders that we have made ourselves may be passed through, whatever the umask of root. */
async function openTheWay(first: string, last: string): Promise<void> {
  for (let folder = last; folder.startsWith(first); folder = path.dirname(folder)) await chmod(folder, 0o711);
}

async function ownerOf(folder: string): Promise<number | null> {
  try {
    return (await stat(folder)).uid;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw folderError(error, folder);
  }
}

function unreachable(folder: string, user: ServerUser, what: string): EmbeddedError {
  return new EmbeddedError(
    'folder-unreachable',
    `${what} ${folder} cannot be reached by user ${user.name}, whom PostgreSQL runs as since it does not run as ` +
      `root; let that user pass the folders above, choose another data folder, or ${USE_YOUR_OWN}.`,
  );
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
