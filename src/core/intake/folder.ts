import { constants } from 'node:fs';
import { access, opendir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { openFile } from './files.js';
import { handOver, type HandOver } from './hand-over.js';
import { identityOf, isSame, moveInto, type FileIdentity } from './move.js';
import { SourceError, type Outcome, type ReportSource, type SourceHost } from './source.js';
import { lookOnce, STILL_MS, watchAndPoll, type Looked, type Watched } from './watch.js';

const DEFAULT_POLL_MS = 10_000;
/** Folders below the watched one for what was taken, by day, and for what nobody could read. */
export const DONE = 'done';
export const FAILED = 'failed';
/** Files of one pass: a folder of any size is gone through without listing it whole. */
const FILES_OF_PASS = 1_000;
/** Folders in folders are looked into so deep. */
const DEEPEST = 8;
/** Names that programs give to files they still write, or that are hidden. */
const UNFINISHED = /^\.|^~|\.(?:part|partial|tmp|temp|crdownload|filepart|swp)$|~$/iu;

export interface FolderOptions {
  readonly name: string;
  readonly path: string;
  readonly pollMs?: number | null;
  /** The clock that the file system uses, in milliseconds. */
  readonly fileClock?: () => number;
}

/**
 * A watched folder: files that are put into it are taken when nobody writes to them any more, and are then moved to
 * `done/DAY` or `failed` below it. Links are not followed.
 */
export function folderSource(options: FolderOptions): ReportSource {
  const { name, path } = options;
  const watched = (host: SourceHost, signal: AbortSignal): Watched => {
    const still = stillness(options.fileClock ?? Date.now);
    return {
      paths: [path],
      pollMs: options.pollMs ?? DEFAULT_POLL_MS,
      look: () => look(host, path, still, signal),
    };
  };
  return {
    name,
    kind: 'folder',
    place: path,
    run: (host, signal) => watchAndPoll(host, watched(host, signal), signal),
    once: (host, signal) => lookOnce(host, watched(host, signal), signal),
  };
}

/** A file below the folder that may be taken. */
interface Candidate {
  readonly path: string;
  readonly identity: FileIdentity;
}

async function look(host: SourceHost, root: string, still: Stillness, signal: AbortSignal): Promise<Looked> {
  await checkFolder(root);
  for (;;) {
    const pass = await findFiles(root, still);
    if (pass.ready.length === 0 || signal.aborted) {
      still.forget();
      return { waiting: pass.ready.length + pass.unsettled, unsettled: pass.unsettled };
    }
    const handing = handOver(host);
    try {
      for (const candidate of pass.ready) {
        if (signal.aborted) break;
        await hand(host, root, candidate, handing);
      }
      await handing.flush();
    } finally {
      await handing.close();
    }
    // What could not be moved is looked at again as if it were new.
    for (const { path } of pass.ready) still.restart(path);
  }
}

/** Throws SourceError where the folder cannot serve. */
async function checkFolder(root: string): Promise<void> {
  try {
    const facts = await stat(root);
    if (!facts.isDirectory())
      throw new SourceError(
        'folder-is-file',
        `${root} is no folder. Name the folder that the files are put into.`,
      );
    await access(root, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new SourceError(
        'folder-missing',
        `The folder ${root} does not exist. Create it, or correct its path.`,
      );
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM')
      throw new SourceError(
        'folder-rights',
        `The folder ${root} cannot be read and written. Files that were taken are moved: give the rights to do so.`,
      );
    throw error;
  }
}

async function findFiles(
  root: string,
  still: Stillness,
): Promise<{ readonly ready: Candidate[]; readonly unsettled: number }> {
  const ready: Candidate[] = [];
  let unsettled = 0;
  for await (const path of filesBelow(root, 0)) {
    const identity = await identityOf(path);
    if (identity === null) continue;
    if (still.isStill(path, identity)) ready.push({ path, identity });
    else unsettled += 1;
    if (ready.length >= FILES_OF_PASS) break;
  }
  return { ready, unsettled };
}

async function* filesBelow(folder: string, depth: number): AsyncGenerator<string> {
  const folders: string[] = [];
  const entries = await opendir(folder).catch((error: NodeJS.ErrnoException) => {
    // Gone meanwhile, or closed to us: what is below it is none of ours.
    if (depth > 0 && ['ENOENT', 'EACCES', 'ENOTDIR'].includes(error.code ?? '')) return [];
    throw error;
  });
  for await (const entry of entries) {
    if (UNFINISHED.test(entry.name)) continue;
    if (depth === 0 && (entry.name === DONE || entry.name === FAILED)) continue;
    const path = join(folder, entry.name);
    if (entry.isFile()) yield path;
    else if (entry.isDirectory() && depth < DEEPEST) folders.push(path);
  }
  for (const path of folders) yield* filesBelow(path, depth + 1);
}

/** Opens a file and hands it over; one that cannot be opened is put aside with the reason. */
async function hand(
  host: SourceHost,
  root: string,
  { path, identity }: Candidate,
  handing: HandOver,
): Promise<void> {
  const name = relative(root, path);
  const aside = async (code: string, message: string) => {
    if (await moveInto(join(root, FAILED), path, identity))
      await host.setAside([{ name, why: { code, message } }]);
  };
  if (identity.size > BigInt(host.limits.totalBytes))
    return aside('limit-total-bytes', `The file has more than ${host.limits.totalBytes} bytes.`);
  let opened;
  try {
    opened = openFile(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ELOOP') return undefined;
    if (code === 'EACCES' || code === 'EPERM') return aside('file-rights', 'You may not read it.');
    throw error;
  }
  if (!('source' in opened)) return undefined;
  const letGo = async (outcome: Outcome) => {
    const target = outcome === 'unreadable' ? FAILED : join(DONE, host.now().toISOString().slice(0, 10));
    await moveInto(join(root, target), path, identity);
  };
  return handing.add({ name, source: opened.source, letGo });
}

/** Tells files that are being written from those that are whole. */
interface Stillness {
  /** Whether nobody wrote to the file for a while, by its time or as far as was seen. */
  isStill(path: string, identity: FileIdentity): boolean;
  /** Sees the file for the first time at the next look. */
  restart(path: string): void;
  /** Forgets files that the looks since the last time did not come by. */
  forget(): void;
}

function stillness(fileClock: () => number): Stillness {
  let seen = new Map<string, { readonly identity: FileIdentity; readonly since: number }>();
  let met = new Set<string>();
  const restarted = new Set<string>();
  return {
    isStill: (path, identity) => {
      met.add(path);
      const before = seen.get(path);
      if (before === undefined || !isSame(before.identity, identity)) {
        seen.set(path, { identity, since: performance.now() });
        const age = fileClock() - Number(identity.mtimeNs / 1_000_000n);
        // What was handed over and did not move away is somebody's who writes on: its time alone is not believed.
        return age >= STILL_MS && !restarted.delete(path);
      }
      return performance.now() - before.since >= STILL_MS;
    },
    restart: (path) => {
      seen.delete(path);
      restarted.add(path);
    },
    forget: () => {
      seen = new Map([...seen].filter(([path]) => met.has(path)));
      for (const path of restarted) if (!met.has(path)) restarted.delete(path);
      met = new Set();
    },
  };
}
