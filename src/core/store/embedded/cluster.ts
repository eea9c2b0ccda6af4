import { lchown, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Binaries } from './binaries.js';
import { codeOf, diskFull, EmbeddedError, folderError, USE_YOUR_OWN } from './error.js';
import type { Home } from './home.js';
import { runProgram } from './program.js';
import type { ServerUser } from './server-user.js';
import { localeOptions, OWNER } from './settings.js';

const UNFINISHED = 'cluster.unfinished';

/** Whether there is a cluster already. */
export async function hasCluster(home: Home): Promise<boolean> {
  return (await clusterVersion(home)) !== null;
}

/**
 * Makes the cluster where there is none. An initdb that was cut short leaves nothing that is taken for a cluster: the
 * folder gets its name when it is done. Throws EmbeddedError `other-version` when the cluster needs other programs.
 */
export async function ensureCluster(home: Home, binaries: Binaries, user: ServerUser): Promise<void> {
  const version = await clusterVersion(home);
  if (version === String(binaries.major)) return;
  if (version !== null) {
    throw new EmbeddedError(
      'other-version',
      `${home.cluster} holds data of PostgreSQL ${version} and the programs here are version ${binaries.major}; ` +
        `run it with PostgreSQL ${version} and set DATABASE_URL to that, or choose another data folder.`,
    );
  }
  if (await isInUse(home.cluster)) {
    throw new EmbeddedError(
      'start-failed',
      `${home.cluster} is not empty and holds no database; move it away or choose another data folder.`,
    );
  }
  // An empty folder gives way to the rename.
  await initialize(home, binaries, user);
}

async function initialize(home: Home, binaries: Binaries, user: ServerUser): Promise<void> {
  const unfinished = path.join(home.folder, UNFINISHED);
  await removeAs(user, unfinished);
  await mkdir(unfinished, { mode: 0o700 });
  if (user.runAs.uid !== undefined) await lchown(unfinished, user.uid, user.gid);
  const { code, stderr } = await runProgram(
    binaries.initdb,
    [
      `--pgdata=${unfinished}`,
      `--username=${OWNER}`,
      '--encoding=UTF8',
      ...localeOptions(binaries.major),
      '--data-checksums',
      '--auth-local=peer',
      '--auth-host=reject',
      '--no-instructions',
    ],
    user.runAs,
  );
  if (code !== 0) {
    await removeAs(user, unfinished);
    if (stderr.includes('No space left on device')) throw diskFull(home.folder);
    const reason =
      stderr
        .trim()
        .split('\n')
        .find((line) => /(error|fatal):/i.test(line)) ?? stderr.trim();
    throw new EmbeddedError(
      'start-failed',
      `A database could not be made in ${home.folder} (${reason}); ${USE_YOUR_OWN}.`,
    );
  }
  try {
    await rename(unfinished, home.cluster);
    await syncFolder(home.folder);
  } catch (error) {
    throw folderError(error, home.folder);
  }
}

/** What is inside goes in the user's own name, so that root follows no link that was laid there. */
async function removeAs(user: ServerUser, folder: string): Promise<void> {
  await runProgram('rm', ['-rf', '--', folder], user.runAs);
  await rm(folder, { recursive: true, force: true });
}

/** Makes the new name last (fsync of a folder). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function clusterVersion(home: Home): Promise<string | null> {
  try {
    return (await readFile(path.join(home.cluster, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw folderError(error, home.folder);
  }
}

async function isInUse(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).length > 0;
}
