import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { findHome } from '../../src/core/store/embedded/home.js';
import { askToStop, findRunning } from '../../src/core/store/embedded/postmaster.js';
import { openEmbedded } from '../../src/core/store/embedded/open.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the server for this run; its database is not to be written to. */
    readonly postgresUrl: string;
  }
}

const PREFIX = 'dmarc-ops-test-';

/** Tests throw their data away, so nothing has to reach the disk. */
const NO_DURABILITY = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '200',
};

/**
 * Starts one server for the whole run: the packaged PostgreSQL, or the programs in the folder TEST_POSTGRES_BIN
 * (such as /usr/lib/postgresql/15/bin). With TEST_DATABASE_URL, a superuser's, that server is used.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) {
    project.provide('postgresUrl', given);
    return undefined;
  }

  await removeLeftOvers();
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), `${PREFIX}${process.pid}-`));
  await chmod(dataFolder, 0o711);
  const server = await openEmbedded({
    dataFolder,
    settings: NO_DURABILITY,
    ...(process.env['TEST_POSTGRES_BIN'] ? { binaries: process.env['TEST_POSTGRES_BIN'] } : {}),
  });
  project.provide('postgresUrl', server.url);
  return async () => {
    if ((await server.leave()) === 'in-use') await stopNow(dataFolder);
    await rm(dataFolder, { recursive: true, force: true });
  };
}

/** A run that was killed leaves its server and its folder, which bears the number of a process that is gone. */
async function removeLeftOvers(): Promise<void> {
  for (const name of await readdir(os.tmpdir())) {
    const pid = Number(/^dmarc-ops-test-(\d+)-/.exec(name)?.[1]);
    if (!pid || isAlive(pid)) continue;
    const folder = path.join(os.tmpdir(), name);
    await stopNow(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

async function stopNow(dataFolder: string): Promise<void> {
  const home = await findHome(dataFolder);
  const running = await findRunning(home);
  if (running === null) return;
  askToStop(running);
  while ((await findRunning(home)) !== null) await new Promise((resolve) => setTimeout(resolve, 10));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
