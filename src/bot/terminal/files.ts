import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { FileHere } from '../../core/operations/chat/here.js';
import { ExpectedError } from '../../core/expected-error.js';
import { readWords, writeWords, type Option, type Word } from '../words.js';

/** The command whose words are files at a terminal; other platforms bring files beside the words. */
export const TAKES_FILES = 'upload';
const PATH = 'path';

/** The words and options that are left when the files that they name are taken out. */
export interface Sent {
  readonly words: readonly Word[];
  readonly options: readonly Option[];
  readonly files: readonly FileHere[];
}

/** What stands after the name of a command, with files named as words or as `path:FILE`. */
export function sentFiles(command: string, words: readonly Word[], options: readonly Option[]): Sent {
  if (command !== TAKES_FILES) return { words, options, files: [] };
  const named = options.filter(({ name }) => name === PATH).map(({ value }) => value);
  return {
    words: [],
    options: options.filter(({ name }) => name !== PATH),
    files: [...words.map(({ text }) => text), ...named].map(fileAt),
  };
}

/** The same for a line: the line without the files, and the files. */
export function sentInLine(line: string): { readonly line: string; readonly files: readonly FileHere[] } {
  const read = readWords(line);
  const first = read.error === null ? read.words[0] : undefined;
  if (read.error !== null || first === undefined || first.quoted) return { line, files: [] };
  const name = first.text.toLowerCase();
  if (name !== TAKES_FILES) return { line, files: [] };
  const { files, options } = sentFiles(name, read.words.slice(1), read.options);
  return { line: writeWords([name], options), files };
}

function fileAt(file: string): FileHere {
  return { name: path.basename(file), open: () => bytesOf(file) };
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Buffer>;
  } catch (error) {
    throw new ExpectedError('file-unreadable', sentenceOf(file, (error as NodeJS.ErrnoException).code));
  }
}

function sentenceOf(file: string, code: string | undefined): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return `There is no file ${file}; check the path.`;
  if (code === 'EISDIR') return `${file} is a folder: ingest takes whole folders.`;
  if (code === 'EACCES' || code === 'EPERM') return `You may not read ${file}.`;
  return `${file} cannot be read (${code ?? 'unknown reason'}).`;
}
