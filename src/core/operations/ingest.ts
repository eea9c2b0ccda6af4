import { z } from 'zod';
import { isMissing, openFile, walk } from '../intake/files.js';
import { FILE_CHANGED, keep, type Incoming, type Kept } from '../ingest/keep.js';
import { readTheirs } from '../ingest/read-theirs.js';
import { NOTHING_PROCESSED, type Processed } from '../ingest/processed.js';
import { ExpectedError } from '../expected-error.js';
import { LimitError } from '../report/limits.js';
import type { Spooled } from '../report/bytes.js';
import { operation, OperationError, type Context } from './operation.js';

/** Files stored in one transaction; each is small, or it is stored alone. */
const FILES_AT_ONCE = 100;
/** Bytes held at once while files wait for their transaction. */
const BYTES_AT_ONCE = 8 * 1024 * 1024;

/** Files named that could not be opened, or that changed; more of them say nothing new. */
const NAMED = 20;

export interface IngestResult extends Processed {
  /** Files found below the paths. */
  readonly files: number;
  /** Of these, files whose very bytes were there before. */
  readonly known: number;
  /** Files and folders that could not be opened, with the reason; the first few, and how many there are. */
  readonly unopened: readonly { readonly path: string; readonly message: string }[];
  readonly unopenedCount: number;
  /** Files that changed while they were read, of which nothing is kept; the first few, and how many there are. */
  readonly changed: readonly string[];
  readonly changedCount: number;
}

export const ingest = operation({
  name: 'ingest',
  summary: 'Take in reports from files and folders',
  role: 'analyst',
  effect: 'changes',
  local: true,
  input: z.object({ paths: z.array(z.string().min(1)).min(1).describe('Files and folders') }),
  run: async (context, { paths }): Promise<IngestResult> => {
    const { ids, ...kept } = await keepFiles(context, paths);
    return { ...kept, ...(ids.length === 0 ? NOTHING_PROCESSED : await readTheirs(context, ids)) };
  },
});

interface KeptFiles extends Omit<IngestResult, keyof Processed> {
  /** Of the raw documents that wait to be read. */
  readonly ids: readonly number[];
}

async function keepFiles(context: Context, paths: readonly string[]): Promise<KeptFiles> {
  for (const path of paths)
    if (isMissing(path))
      throw new OperationError('path-missing', `There is no file or folder ${path}; check the path.`);

  const ids = new Set<number>();
  let files = 0;
  let known = 0;
  let unopenedCount = 0;
  const unopened: { path: string; message: string }[] = [];
  const changed: string[] = [];
  let changedCount = 0;
  let waiting: { name: string; source: Spooled }[] = [];
  let bytes = 0;
  const skip = (path: string, error: unknown) => {
    unopenedCount += 1;
    if (unopened.length < NAMED) unopened.push({ path, message: reason(error) });
  };
  const flush = async () => {
    try {
      for (const incoming of together(waiting)) {
        const kept = await keepUnlessChanged(context, incoming);
        if (kept === null) {
          changedCount += incoming.length;
          changed.push(...incoming.map(({ name }) => name).slice(0, NAMED - changed.length));
          continue;
        }
        known += kept.filter((one) => one.known).length;
        for (const one of kept) if (one.pending) ids.add(one.id);
      }
    } finally {
      await Promise.all(waiting.map(({ source }) => source.close()));
      waiting = [];
      bytes = 0;
    }
    context.progress?.({ unit: 'files', done: files, total: null });
  };
  try {
    for (const root of paths) {
      for await (const found of walk(root)) {
        if (found.error !== undefined) {
          skip(found.path, found.error);
          continue;
        }
        try {
          const source = await sourceOf(context, found.path);
          waiting.push({ name: found.path, source });
          bytes += source.memory?.length ?? 0;
          files += 1;
        } catch (error) {
          skip(found.path, error);
          continue;
        }
        if (waiting.length >= FILES_AT_ONCE || bytes >= BYTES_AT_ONCE) await flush();
      }
    }
  } finally {
    // What was opened is kept and closed, whatever stopped the rest.
    await flush();
  }
  return { files, known, unopened, unopenedCount, changed, changedCount, ids: [...ids] };
}

/** What is held goes in one transaction; what stays on disk goes alone, for it may change while it is read. */
function together<One extends { readonly source: Spooled }>(waiting: readonly One[]): One[][] {
  const held = waiting.filter(({ source }) => source.memory !== undefined);
  const onDisk = waiting.filter(({ source }) => source.memory === undefined);
  return [...(held.length === 0 ? [] : [held]), ...onDisk.map((one) => [one])];
}

/** Null where they changed while they were read. */
async function keepUnlessChanged(context: Context, incoming: readonly Incoming[]): Promise<Kept[] | null> {
  try {
    return await keep(context, 'files', incoming);
  } catch (error) {
    if (error instanceof ExpectedError && error.code === FILE_CHANGED) return null;
    throw error;
  }
}

/** What comes only once, such as a pipe, is spooled. */
async function sourceOf(context: Context, path: string): Promise<Spooled> {
  const opened = openFile(path);
  return 'source' in opened ? opened.source : context.spool(opened.once, context.limits.totalBytes);
}

function reason(error: unknown): string {
  if (error instanceof LimitError) return error.message;
  const code = (error as { code?: unknown }).code;
  if (code === 'EACCES' || code === 'EPERM') return 'You may not read it.';
  if (code === 'ENOENT') return 'It is not there any more.';
  if (code === 'ELOOP') return 'It is a link that leads to itself.';
  return `It cannot be opened (${typeof code === 'string' ? code : 'unknown reason'}).`;
}
