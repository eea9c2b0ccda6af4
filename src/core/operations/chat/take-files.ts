import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { processPending } from '../../ingest/process.js';
import { operation, OperationError, type Context } from '../operation.js';
import { task, type TaskResult } from '../tasks.js';
import { upload, type UploadedEntry, type UploadResult } from '../upload.js';
import { hereOf, type FileHere } from './here.js';

/** Of one file; platforms take smaller ones. */
const MOST_FILE_BYTES = 64 * 1024 * 1024;
/** Small files are read in less; people wait for so long before they are told where to look. */
const WAIT_MS = 10_000;
const LOOK_EVERY_MS = 100;
const OVER: readonly TaskResult['state'][] = ['done', 'dead'];

export interface TakenFiles {
  readonly files: readonly (UploadedEntry & {
    /** What was in it; null where it was not read in time. */
    readonly read: TaskResult | null;
  })[];
  /** Why the rest was not taken; null when all was. */
  readonly broken: string | null;
}

export const takeFiles = operation({
  name: 'upload',
  summary: 'Take in reports that are dropped here, and tell what was in them',
  role: 'analyst',
  effect: 'changes',
  input: z.object({}),
  changed: ({ files, broken }: TakenFiles) => ({
    files: files.length,
    known: files.filter((file) => file.known).length,
    ...(broken !== null && { broken }),
  }),
  run: async (context): Promise<TakenFiles> => {
    const files = hereOf(context, 'upload').files ?? [];
    if (files.length === 0)
      throw new OperationError(
        'no-files',
        'No file came with it: drop reports (XML, zip, gz, mails) here with the command, or send them to the bot in a direct message; at a terminal name them: upload report.xml.gz',
      );
    const kept = await upload.run(context, { files: named(files), fileBytes: MOST_FILE_BYTES });
    // No process but the service has workers, and a service need not run beside this one.
    if (context.wake === undefined) await processPending(context);
    return { files: await read(context, kept), broken: kept.broken?.message ?? null };
  },
});

async function* named(
  files: readonly FileHere[],
): AsyncGenerator<{ readonly name: string; readonly bytes: AsyncIterable<Uint8Array> }> {
  for (const file of files) {
    await Promise.resolve();
    yield { name: file.name, bytes: file.open() };
  }
}

/** Looks until all are read, or people have waited long enough. */
async function read(context: Context, { files }: UploadResult): Promise<TakenFiles['files']> {
  const found = new Map<string, TaskResult>();
  const waitUntil = performance.now() + WAIT_MS;
  for (;;) {
    for (const { task: id } of files)
      if (!found.has(id)) {
        const one = await task.run(context, { id });
        if (OVER.includes(one.state)) found.set(id, one);
      }
    if (found.size === new Set(files.map((file) => file.task)).size || performance.now() > waitUntil) break;
    await sleep(LOOK_EVERY_MS);
  }
  return files.map((file) => ({ ...file, read: found.get(file.task) ?? null }));
}
