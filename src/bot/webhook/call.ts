import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';
import { ExpectedError } from '../../core/expected-error.js';
import { ClosedAddress, type Gate } from './networks.js';

export interface Call {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface CallAnswer {
  readonly status: number;
  /** Milliseconds that it asked us to wait; null where it said nothing. */
  readonly retryAfterMs: number | null;
  /** The beginning of what it said. */
  readonly text: string;
}

/**
 * Does one call. Throws an ExpectedError where no answer came, or nothing was sent because the address is closed: a name
 * may have another address a moment later, and WEBHOOK_NETWORKS may be set, so that a later try may do.
 */
export type Caller = (call: Call) => Promise<CallAnswer>;

export interface CallerOptions {
  readonly gate: Gate;
  readonly now: () => Date;
  /** Milliseconds for all of a call; WITHIN_MS when absent. */
  readonly withinMs?: number;
}

const WITHIN_MS = 10_000;
/** More of an answer is not read. */
const ANSWER_BYTES = 8 * 1_024;
/** Longer waits are not believed. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/**
 * Posts to addresses from people: within a time, never following a redirect, reading the beginning of the answer alone.
 * Each call is a connection of its own, so that the address is looked at each time. Errors name the host and no more.
 */
export function createCaller({ gate, now, withinMs = WITHIN_MS }: CallerOptions): Caller {
  return async (call) => {
    const { url } = call;
    const signal = AbortSignal.timeout(withinMs);
    try {
      gate.check(url);
      const { status, headers, text } = await send(call, gate, signal);
      return { status, text, retryAfterMs: retryAfter(headers['retry-after'], now()) };
    } catch (error) {
      if (error instanceof ClosedAddress) throw new ExpectedError('webhook-closed', error.message);
      const why = signal.aborted
        ? `did not answer within ${withinMs / 1_000} s`
        : `cannot be reached${codeOf(error)}`;
      throw new ExpectedError('webhook-unreachable', `${url.host} ${why}.`);
    }
  };
}

interface Heard {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

function send({ url, headers, body }: Call, gate: Gate, signal: AbortSignal): Promise<Heard> {
  const request = url.protocol === 'https:' ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        headers: { 'user-agent': 'dmarc-ops', ...headers, 'content-length': body.length },
        agent: false,
        lookup: gate.lookup(url),
        signal,
      },
      (answer) => {
        beginningOf(answer).then(
          (text) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
          reject,
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function beginningOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString('utf8');
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfter(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now.getTime();
  return Number.isNaN(ms) ? null : Math.min(LONGEST_WAIT_MS, Math.max(0, ms));
}

function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? ` (${code})` : '';
}
