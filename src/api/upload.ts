import { performance } from 'node:perf_hooks';
import type { Context } from '../core/operations/operation.js';
import { perform } from '../core/operations/perform.js';
import {
  upload,
  type UploadedEntry,
  type UploadedFile,
  type UploadResult,
} from '../core/operations/upload.js';
import { ExpectedError } from '../core/expected-error.js';
import { mediaType } from './body.js';
import type { Call } from './call.js';
import { queryOf, refuseUnknown } from './input.js';
import { filesOf } from './multipart.js';
import { paced } from './paced.js';
import { HttpError, statusOf } from './problem.js';
import type { UploadSettings } from './settings.js';

/** Uploads of one process at once: each holds a few megabytes and, now and then, a connection to the database. */
export const UPLOAD_PLACES = { what: 'uploads', all: 8, ofTenant: 6, each: 2, retrySeconds: 5 } as const;

/** A file as the answer lists it. */
export interface UploadedItem extends UploadedEntry {
  /** Where to ask what became of it. */
  readonly location: string;
}

/** How uploads are taken: while others find no place, the slow ones have to be faster. */
export interface TakesUploads {
  readonly settings: UploadSettings;
  readonly isShort: () => boolean;
}

/** Takes one upload in. */
export async function takeUpload(call: Call, context: Context, takes: TakesUploads): Promise<void> {
  const begun = performance.now();
  const input = { files: filesIn(call, takes), fileBytes: takes.settings.fileBytes };
  const result = await perform(upload, context, input);
  const files = result.files.map(asItem);
  if (result.broken !== null) throw brokenUpload(result.broken, files);
  if (files.length === 0) throw empty();
  call.status = 202;
  const [first] = files;
  if (first !== undefined && files.length === 1) call.set('Location', first.location);
  call.body = { files };
  context.log.info('upload', { files: files.length, ms: Math.round(performance.now() - begun) });
}

/** One file in a raw body, or the files of a multipart one. */
function filesIn(call: Call, { settings, isShort }: TakesUploads): AsyncIterable<UploadedFile> {
  const type = mediaType(call.req);
  const query = queryOf(call);
  refuseUnknown(Object.keys(query), ['name']);
  const body = paced(call.req, { ...settings, isShort });
  if (type === 'multipart/form-data') return filesOf(call.req.headers, body, settings.files);
  if (type.startsWith('multipart/') || type === 'application/x-www-form-urlencoded')
    throw new HttpError(
      415,
      'media-type',
      'Send one file as the body (Content-Type: application/octet-stream), or many as multipart/form-data.',
    );
  return oneFile(query['name'] ?? 'upload', body);
}

async function* oneFile(name: string, body: AsyncIterable<Buffer>): AsyncGenerator<UploadedFile> {
  const bytes = body[Symbol.asyncIterator]();
  const first = await bytes.next();
  if (first.done === true) throw empty();
  yield { name, bytes: after(first.value, bytes) };
}

async function* after(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

function asItem(file: UploadedEntry): UploadedItem {
  return { ...file, location: `/v1/tasks/${file.task}` };
}

/** What was committed before the trouble is told with it: it need not be sent again. */
function brokenUpload(broken: NonNullable<UploadResult['broken']>, files: readonly UploadedItem[]): unknown {
  const { error, code } = broken;
  if (code === 'unexpected') return error;
  const status = code === 'file-too-large' ? 413 : error instanceof ExpectedError ? statusOf(error) : 400;
  const kept = files.length === 0 ? '' : ` ${files.length} files that came before are kept.`;
  return new HttpError(status, code, `${broken.message}${kept}`, {
    members: { files },
    cause: error,
    ...(error instanceof HttpError && { headers: error.headers }),
  });
}

function empty(): HttpError {
  return new HttpError(400, 'upload-empty', 'There is no file in this upload.');
}
