import type { IncomingMessage } from 'node:http';
import type { UploadSettings } from './settings.js';
import { HttpError } from './problem.js';

export interface Pace extends Pick<UploadSettings, 'idleMs' | 'bytesPerSecond' | 'graceMs'> {
  /** Longest time until the last byte, whoever waits for whom; no bound when absent. */
  readonly withinMs?: number;
  /** Whether others wait for the place of this one; then it has to be faster. */
  readonly isShort?: () => boolean;
}

/** Slower lines than 512 kbit/s give way to those who wait. */
const SHORT_BYTES_PER_SECOND = 64 * 1024;

const MILLISECONDS = 1_000;
const MINUTE = 60_000;

/**
 * The body of a request, as long as it comes fast enough: a client that is silent, or trickles, is let go. Only time
 * that we wait for the client counts, not time in which it waits for us; but for the longest time of all. Throws HttpError
 * `body-too-slow`, `body-too-late` and `body-broken`.
 */
export async function* paced(request: IncomingMessage, pace: Pace): AsyncGenerator<Buffer> {
  // Whoever gives up early still answers, so the connection has to stay.
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  const { withinMs = Number.POSITIVE_INFINITY } = pace;
  const ends = performance.now() + withinMs;
  let waited = 0;
  let bytes = 0;
  try {
    for (;;) {
      const begun = performance.now();
      const left = ends - begun;
      const next = await (left < pace.idleMs
        ? within(chunks.next(), Math.max(0, left), () => tooLate(withinMs))
        : within(chunks.next(), pace.idleMs, tooSlow));
      waited += performance.now() - begun;
      if (next.done === true) break;
      bytes += next.value.length;
      if (waited > pace.graceMs && (bytes / waited) * MILLISECONDS < leastRate(pace)) throw tooSlow();
      yield next.value;
    }
  } finally {
    // Not awaited: it waits for a chunk that may never come.
    void chunks.return?.().catch(() => {});
  }
  // An aborted body ends like a whole one where nobody waited for it at that moment.
  if (!request.complete) throw broken();
}

function leastRate({ bytesPerSecond, isShort }: Pace): number {
  return isShort?.() === true ? Math.max(bytesPerSecond, SHORT_BYTES_PER_SECOND) : bytesPerSecond;
}

async function within<T>(coming: Promise<T>, ms: number, late: () => HttpError): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([
      coming.catch((error: unknown) => {
        throw broken(error);
      }),
      silence,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

function tooSlow(): HttpError {
  return new HttpError(408, 'body-too-slow', 'The request came too slowly and was let go; send it again.', {
    headers: { Connection: 'close' },
  });
}

function tooLate(withinMs: number): HttpError {
  const told = withinMs < MINUTE ? `${withinMs / MILLISECONDS} seconds` : `${withinMs / MINUTE} minutes`;
  return new HttpError(
    408,
    'body-too-late',
    `The request took longer than ${told} and was let go; send what is left in several smaller ones.`,
    { headers: { Connection: 'close' } },
  );
}

function broken(cause?: unknown): HttpError {
  return new HttpError(400, 'body-broken', 'The request ended before it was whole; send it again.', {
    cause,
  });
}
