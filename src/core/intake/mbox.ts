import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Spooled } from '../report/bytes.js';
import { isSeparator } from '../report/mail/mbox.js';
import { handOver } from './hand-over.js';
import { isMissing } from './files.js';
import { SourceError, type ReportSource, type SourceHost } from './source.js';
import { fileChunks, type ReadAt } from './spool.js';
import { lookOnce, STILL_MS, watchAndPoll, type Looked, type Watched } from './watch.js';

const DEFAULT_POLL_MS = 30_000;
/** First bytes of the file by which it is known again. */
const FINGERPRINT_BYTES = 1024;
const CHUNK_BYTES = 1024 * 1024;
/** Characters of a separator that are looked at. */
const SEPARATOR_BYTES = 300;

export interface MboxOptions {
  readonly name: string;
  readonly path: string;
  readonly pollMs?: number | null;
  /** The clock that the file system uses, in milliseconds. */
  readonly fileClock?: () => number;
}

/**
 * A file in the mbox format that another program appends mails to; it is never changed here. Where the last look
 * ended is remembered; a file that was rotated or cut begins anew.
 */
export function mboxSource(options: MboxOptions): ReportSource {
  const { name, path } = options;
  const watched = (host: SourceHost, signal: AbortSignal): Watched => ({
    paths: [path],
    pollMs: options.pollMs ?? DEFAULT_POLL_MS,
    look: () => look(host, path, options.fileClock ?? Date.now, signal),
  });
  return {
    name,
    kind: 'mbox',
    place: path,
    run: (host, signal) => watchAndPoll(host, watched(host, signal), signal),
    once: (host, signal) => lookOnce(host, watched(host, signal), signal),
  };
}

/** How far the file was read, and its first bytes then. */
interface Memory {
  readonly offset: number;
  readonly head: { readonly length: number; readonly sha256: string };
}

async function look(
  host: SourceHost,
  path: string,
  fileClock: () => number,
  signal: AbortSignal,
): Promise<Looked> {
  // A program that writes to it says so by this file (dotlock).
  if (!isMissing(`${path}.lock`)) return { waiting: 1, unsettled: 1 };
  const file = await openMbox(path);
  try {
    const { size, mtimeMs } = await file.stat();
    const isStill = fileClock() - mtimeMs >= STILL_MS;
    const start = await resumeAt(file, size, memoryOf(await host.recall()));
    const end = await takeMails(host, path, file, { start, size, isStill }, signal);
    const left = end < size ? 1 : 0;
    return { waiting: left, unsettled: isStill ? 0 : left };
  } finally {
    await file.close();
  }
}

/** Throws SourceError where the file cannot be read. */
async function openMbox(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new SourceError(
        'mbox-missing',
        `There is no file ${path}. Correct its path, or wait for the first mail.`,
      );
    if (code === 'EACCES' || code === 'EPERM')
      throw new SourceError('mbox-rights', `The file ${path} cannot be read. Give the right to do so.`);
    throw error;
  }
}

/** Where to go on: behind what was read, where the file still begins as it did then. */
async function resumeAt(file: FileHandle, size: number, memory: Memory | null): Promise<number> {
  if (memory === null || memory.offset > size) return 0;
  const head = await headOf(file, memory.head.length);
  if (head.sha256 !== memory.head.sha256) return 0;
  const isBoundary =
    memory.offset === size || isSeparator(await bytesAt(file, memory.offset, SEPARATOR_BYTES), 0);
  return isBoundary ? memory.offset : 0;
}

async function headOf(file: FileHandle, length: number): Promise<Memory['head']> {
  const bytes = await bytesAt(file, 0, length);
  return { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function memoryOf(value: unknown): Memory | null {
  const { offset, head } = (value ?? {}) as Partial<Memory>;
  const isOurs =
    typeof offset === 'number' && typeof head?.length === 'number' && typeof head.sha256 === 'string';
  return isOurs ? { offset, head } : null;
}

/** Hands over the mails from `start` on; gives where the first one begins that is not whole yet. */
async function takeMails(
  host: SourceHost,
  path: string,
  file: FileHandle,
  { start, size, isStill }: { readonly start: number; readonly size: number; readonly isStill: boolean },
  signal: AbortSignal,
): Promise<number> {
  const handing = handOver(host);
  let reached = start;
  const commit = async () => {
    await handing.flush();
    const head = await headOf(file, Math.min(reached, FINGERPRINT_BYTES));
    await host.remember({ offset: reached, head } satisfies Memory);
  };
  let bytes = 0;
  try {
    for await (const mail of mailsOf(file, path, start, size)) {
      if (signal.aborted) break;
      if (mail.end === size && !isStill) break;
      const name = `${basename(path)} at ${mail.start}`;
      const body = { start: mail.body, end: mail.end };
      if (body.end - body.start > host.limits.mailBytes) {
        const message = `The mail has more than ${host.limits.mailBytes} bytes.`;
        await host.setAside([{ name, why: { code: 'limit-mail-bytes', message } }]);
      } else {
        const source = await sourceOf(host, file, body);
        await handing.add({ name, source, letGo: () => Promise.resolve() });
      }
      reached = mail.end;
      bytes += body.end - body.start;
      // Not after each mail: what is read twice after a kill does no harm.
      if (bytes < 8 * CHUNK_BYTES) continue;
      await commit();
      bytes = 0;
    }
    if (reached > start) await commit();
    return reached;
  } finally {
    await handing.close();
  }
}

/** Small mails in memory, large ones copied: the file may change while they are read twice. */
function sourceOf(
  host: SourceHost,
  file: FileHandle,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<Spooled> {
  const read: ReadAt = (position, length) => bytesAt(file, start + position, length);
  return host.spool(fileChunks(read, end - start), host.limits.mailBytes);
}

interface MailPlace {
  /** Of the line before the mail. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/** Where each mail is. Throws SourceError for a file of another format. */
async function* mailsOf(
  file: FileHandle,
  path: string,
  from: number,
  size: number,
): AsyncGenerator<MailPlace> {
  if (from >= size) return;
  const first = await bytesAt(file, from, SEPARATOR_BYTES);
  if (!isSeparator(first, 0))
    throw new SourceError('mbox-format', `${path} is no mbox file: it does not begin with a line "From …".`);
  let start = from;
  for await (const next of separators(file, from + 1, size)) {
    yield await placeOf(file, start, next);
    start = next;
  }
  yield await placeOf(file, start, size);
}

async function placeOf(file: FileHandle, start: number, end: number): Promise<MailPlace> {
  const line = await bytesAt(file, start, Math.min(CHUNK_BYTES, end - start));
  const ends = line.indexOf(0x0a);
  return { start, body: ends === -1 ? end : start + ends + 1, end };
}

/** Where lines begin that part two mails: after an empty line. */
async function* separators(file: FileHandle, from: number, size: number): AsyncGenerator<number> {
  // Chunks overlap, so that a line and the empty one before it are seen whole.
  const overlap = SEPARATOR_BYTES + 3;
  let least = from;
  for (let at = Math.max(0, from - 3); at < size; at += CHUNK_BYTES) {
    const chunk = await bytesAt(file, at, Math.min(CHUNK_BYTES + overlap, size - at));
    for (let place = chunk.indexOf('\nFrom '); place >= 0; place = chunk.indexOf('\nFrom ', place + 1)) {
      const isAfterEmpty =
        chunk[place - 1] === 0x0a || (chunk[place - 1] === 0x0d && chunk[place - 2] === 0x0a);
      const begins = at + place + 1;
      if (!isAfterEmpty || begins < least || !isSeparator(chunk, place + 1)) continue;
      least = begins + 1;
      yield begins;
    }
  }
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(Math.max(0, length));
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
