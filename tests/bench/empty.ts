import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Bench } from './bench.js';
import { openBenchSystem } from './system.js';

/**
 * Makes a data folder with an empty, migrated database. It is made once and then copied, with the owners of its files:
 * that is no part of what is measured, and takes seconds each time.
 */
export async function emptyDatabase(bench: Bench, dataFolder: string): Promise<void> {
  const first = path.join(path.dirname(bench.scratch), 'empty');
  if (!existsSync(first)) {
    const system = await openBenchSystem(first);
    bench.postgres = system.db.version;
    await system.close();
  }
  // Where the server's user may not enter the folder, the database is elsewhere, and a copy would name the same one.
  if (!existsSync(path.join(first, 'postgres', 'cluster'))) return;
  await mkdir(path.dirname(dataFolder), { recursive: true });
  await promisify(execFile)('cp', ['-a', first, dataFolder]);
}
