import type { IncomingMessage } from 'node:http';
import { paced } from './paced.js';
import { HttpError } from './problem.js';

/** Inputs are names, days and choices. */
const JSON_BYTES = 64 * 1024;
/** A small body comes at once or not at all. */
const PACE = { idleMs: 10_000, bytesPerSecond: 512, graceMs: 10_000 } as const;

/** Media type in lower case without parameters; empty where none is named. */
export function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The JSON object of a request; an empty one where there is no body. Throws HttpError 400, 408, 413 and 415. */
export async function jsonBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const text = await boundedText(request);
  if (text === '') return {};
  if (!/^application\/(?:[\w.-]+\+)?json$/u.test(mediaType(request)))
    throw new HttpError(415, 'media-type', 'Send the input as JSON, with Content-Type: application/json.');
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HttpError(400, 'body-no-object', 'The input is a JSON object, such as {"name": "value"}.');
  return value as Readonly<Record<string, unknown>>;
}

async function boundedText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of paced(request, PACE)) {
    bytes += chunk.length;
    if (bytes > JSON_BYTES)
      throw new HttpError(413, 'body-too-large', `The input has more than ${JSON_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpError(400, 'body-no-json', 'The body is not JSON; check its quotes and commas.', {
      cause: error,
    });
  }
}
