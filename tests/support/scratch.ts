import { mkdtempSync, chmodSync, statfsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { watchOver } from './watchdog.js';

/** Memory that has to be free before test data goes there in place of the disk. */
const ROOM_BYTES = 2 * 1024 ** 3;
const MEMORY = '/dev/shm';

/** Where tests put data that they throw away: in memory where there is plenty, which spares a slow disk. */
const scratch = hasRoom() ? MEMORY : os.tmpdir();

/** A new folder that other users can pass through, as a project's folder is; it goes with this process. */
export function makeScratchFolder(): string {
  const name = `dmarc-ops-test-${process.pid}-`;
  watchOver(scratch, name);
  const folder = mkdtempSync(path.join(scratch, name));
  chmodSync(folder, 0o711);
  return folder;
}

/** Scratch folders of processes that are gone, such as a test run that was killed. */
export async function leftOverFolders(): Promise<string[]> {
  const names = await readdir(scratch);
  return names.filter((name) => isLeftOver(name)).map((name) => path.join(scratch, name));
}

function isLeftOver(name: string): boolean {
  const pid = Number(/^dmarc-ops-test-(\d+)-/.exec(name)?.[1]);
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > ROOM_BYTES;
  } catch {
    return false;
  }
}
