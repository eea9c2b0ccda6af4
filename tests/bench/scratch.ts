import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findHome } from '../../src/core/store/embedded/home.js';
import { askToStop, findRunning } from '../../src/core/store/embedded/postmaster.js';

/** Between looks at a server that was told to stop. */
const LOOK_MS = 50;

/** A folder on the disk, because figures of a memory disk would flatter; the server's user may pass through it. */
export async function makeScratch(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dmarc-ops-bench-'));
  await chmod(folder, 0o711);
  return folder;
}

/** Removes it; a server in it, left by a part that was interrupted, is stopped first. */
export async function removeScratch(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries)
    if (entry.isDirectory() && entry.name === 'postgres') await stopServer(entry.parentPath);
  await rm(folder, { recursive: true, force: true });
}

async function stopServer(dataFolder: string): Promise<void> {
  const home = await findHome(dataFolder);
  const running = await findRunning(home);
  if (running === null) return;
  askToStop(running);
  while ((await findRunning(home)) !== null) await sleep(LOOK_MS);
}
