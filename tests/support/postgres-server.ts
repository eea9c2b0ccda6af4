import { rm } from 'node:fs/promises';
import { findHome } from '../../src/core/store/embedded/home.js';
import { askToStop, findRunning } from '../../src/core/store/embedded/postmaster.js';
import { openEmbedded } from '../../src/core/store/embedded/open.js';
import { leftOverFolders, makeScratchFolder } from './scratch.js';

/** Tests throw their data away, so nothing has to reach the disk, and no table lives long enough to be tidied. */
const THROWN_AWAY = {
  autovacuum: 'off',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '200',
};

/**
 * Starts one server for the whole run: the packaged PostgreSQL, or the programs in the folder TEST_POSTGRES_BIN
 * (such as /usr/lib/postgresql/15/bin). With TEST_DATABASE_URL, a superuser's, that server is used.
 */
export async function startServer(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { url: given, stop: () => Promise.resolve() };

  await removeLeftOvers();
  const dataFolder = makeScratchFolder();
  const server = await openEmbedded({
    dataFolder,
    settings: THROWN_AWAY,
    ...(process.env['TEST_POSTGRES_BIN'] ? { binaries: process.env['TEST_POSTGRES_BIN'] } : {}),
  });
  const stop = async (): Promise<void> => {
    if ((await server.leave()) === 'in-use') await stopNow(dataFolder);
    await rm(dataFolder, { recursive: true, force: true });
  };
  return { url: server.url, stop };
}

/** A run that was killed leaves its server and its folder. */
async function removeLeftOvers(): Promise<void> {
  for (const folder of await leftOverFolders()) {
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
