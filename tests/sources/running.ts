import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../src/core/operations/operation.js';
import { sourceItems, type SourceItem } from '../../src/core/operations/source-states.js';
import type { SourceSetting } from '../../src/settings/sources.js';

const POLL_MS = 10;
const PATIENCE_MS = 20_000;

/** Waits until something holds, and gives it. Fails when it never does. */
export async function eventually<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`never seen: ${look.toString()}`);
    await sleep(POLL_MS);
  }
}

/** A folder that goes when the test ends. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'dmarc-ops-source-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A file that nobody has written to for a minute. */
export async function putOld(path: string, bytes: string | Uint8Array): Promise<void> {
  await writeFile(path, bytes);
  const then = new Date(Date.now() - 60_000);
  await utimes(path, then, then);
}

/** Paths of all files below a folder, in order. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** How the source of this name fares. */
export async function stateOf(context: Context, name: string): Promise<SourceItem> {
  const item = (await sourceItems(context)).find((one) => one.name === name);
  if (item === undefined) throw new Error(`no source ${name}`);
  return item;
}

/** The setting of a watched folder of the tests' tenant. */
export function folderSetting(path: string, given: Partial<SourceSetting> = {}): SourceSetting {
  return {
    name: 'drop',
    tenant: 'test',
    pollMs: 1_000,
    kind: 'folder',
    path,
    done: 'seen',
    ...given,
  } as SourceSetting;
}
