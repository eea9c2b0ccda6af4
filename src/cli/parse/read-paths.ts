import type { Readable } from 'node:stream';
import { createSpool } from '../../core/intake/spool.js';
import type { Limits } from '../../core/report/limits.js';
import { readReports } from '../../core/report/read.js';
import type { ReadError, ReadEvent } from '../../core/report/report.js';
import { EXIT, failureOf, systemSentence } from '../failure.js';
import type { Format, PrintedDocument } from './format.js';
import { type Input, inputs } from './inputs.js';

/** Trouble that is not the file's own: every further file would meet it too. */
const STOPS_ALL = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE', 'ENOMEM']);

interface Task {
  readonly paths: readonly string[];
  readonly limits: Limits;
  /** Whether personal parts of failure reports are replaced. */
  readonly redact: boolean;
  readonly input: Readable;
  readonly format: Format;
  readonly tell: (sentence: string) => void;
}

/** Reads all paths and prints every document. Gives the exit code; one bad file never stops the others. */
export async function readPaths(task: Task): Promise<number> {
  let missing = false;
  let unreadable = false;
  for await (const input of inputs(task.paths, task.input, task.limits.totalBytes)) {
    if (input.missing) {
      missing = true;
      task.tell(`${input.file} does not exist. Check the path.`);
    } else if (!(await readInput(task, input))) {
      unreadable = true;
    }
  }
  if (missing) return EXIT.usage;
  return unreadable ? EXIT.trouble : EXIT.ok;
}

const spool = createSpool();

/** Whether everything in one file was read. */
async function readInput({ limits, redact, format }: Task, input: Input): Promise<boolean> {
  let allRead = true;
  const events = readInputEvents(input, limits, redact);
  try {
    for (;;) {
      const next = await nextOf(events);
      if ('error' in next) {
        await format.discard();
        await format.document(input.file, unopened(next.error));
        return false;
      }
      if (next.event === null) return allRead;
      switch (next.event.type) {
        case 'records':
          await format.records(next.event.records);
          break;
        case 'discard':
          await format.discard();
          break;
        case 'document':
          allRead &&= next.event.document.kind !== 'unreadable';
          await format.document(input.file, next.event.document);
      }
    }
  } finally {
    await events.return(undefined);
  }
}

async function* readInputEvents(
  input: Input,
  limits: Limits,
  redact: boolean,
): AsyncGenerator<ReadEvent, undefined> {
  const source = await input.open();
  try {
    yield* readReports(source, { limits, spool, redact, name: input.file });
  } finally {
    await source.close();
  }
  return undefined;
}

/** Tells what reading throws from what printing throws: only the former is about the file. */
async function nextOf(
  events: AsyncGenerator<ReadEvent, undefined>,
): Promise<{ readonly event: ReadEvent | null } | { readonly error: ReadError }> {
  try {
    const next = await events.next();
    return { event: next.done === true ? null : next.value };
  } catch (error) {
    if (STOPS_ALL.has(String((error as NodeJS.ErrnoException).code))) throw error;
    const sentence = systemSentence(error);
    if (sentence !== null) return { error: { code: 'file-unreadable', message: sentence } };
    const code = (error as { readonly code?: unknown }).code;
    const { message, id } = failureOf(error);
    return { error: { code: id === null && typeof code === 'string' ? code : 'internal-error', message } };
  }
}

function unopened(error: ReadError): PrintedDocument {
  return { kind: 'unreadable', member: null, sha256: null, report: null, totals: null, problems: [], error };
}
