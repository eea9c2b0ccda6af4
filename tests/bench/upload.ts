import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { Service } from './service.js';

const BOUNDARY = 'dmarc-ops-bench';
const PIECE = 2 ** 20;

/** Uploads so many files of so many random bytes in one request; gives the seconds until it was answered with 202. */
export async function uploadLarge(service: Service, files: number, bytes: number): Promise<number> {
  const begin = performance.now();
  const call = request(`${service.url}/v1/reports`, {
    method: 'POST',
    headers: {
      authorization: service.bearer,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    },
  });
  const answered = new Promise<{ status: number; body: string }>((resolve, reject) => {
    call.once('error', reject);
    call.once('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString() }),
      );
    });
  });
  await Promise.all([pipeline(Readable.from(bodyOf(files, bytes)), call), answered]);
  const { status, body } = await answered;
  if (status !== 202) throw new Error(`the upload was answered with ${status}: ${body.slice(0, 300)}`);
  return (performance.now() - begin) / 1_000;
}

function* bodyOf(files: number, bytes: number): Generator<Buffer> {
  for (let file = 0; file < files; file += 1) {
    yield Buffer.from(
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="report-${file}.bin"\r\ncontent-type: application/octet-stream\r\n\r\n`,
    );
    for (let left = bytes; left > 0; left -= PIECE) yield randomBytes(Math.min(PIECE, left));
    yield Buffer.from('\r\n');
  }
  yield Buffer.from(`--${BOUNDARY}--\r\n`);
}
