import { setTimeout as sleep } from 'node:timers/promises';
import { ComeBack } from '../platform.js';
import { meaningOf, ResponseUrlError } from './errors.js';

/** An answer is tried for so long, then later again by whoever asked for it. */
const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 8_000;
/** One call; Slack answers in a second or so, and takes longer for files. */
export const CALL_MS = 15_000;

export interface Call<Result> {
  run(): Promise<Result>;
  /** Whether the call did its work although no word of it came: null where that is not so or not known. */
  wasDone?(): Promise<Result | null>;
  /** Least time that all tries may take; PATIENCE_MS when absent. */
  readonly patienceMs?: number;
}

/** Calls Slack and waits as it says, and for what passes; every other error is thrown as it is. */
export async function patiently<Result>(call: Call<Result>): Promise<Result> {
  const deadline = performance.now() + (call.patienceMs ?? PATIENCE_MS);
  for (let failures = 0; ; failures += 1) {
    try {
      return await call.run();
    } catch (error) {
      const meaning = meaningOf(error);
      if (meaning.type !== 'wait' && meaning.type !== 'again') throw error;
      if (meaning.type === 'again' && meaning.perhapsDone) {
        const done = await call.wasDone?.().catch(() => null);
        if (done !== null && done !== undefined) return done;
      }
      const pause =
        meaning.type === 'wait'
          ? meaning.ms + Math.random() * FIRST_PAUSE_MS
          : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (0.5 + Math.random());
      if (performance.now() + pause > deadline)
        throw meaning.type === 'wait' ? new ComeBack(pause, { cause: error }) : error;
      await sleep(pause);
    }
  }
}

/**
 * Whether an address is Slack's own: of the host of the Web API, or below slack.com where that is Slack's. Nothing else
 * gets an answer, and no token.
 */
export function isOwnAddress(url: string, apiUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const [address, api] = [new URL(url), new URL(apiUrl)];
  if (address.username !== '' || address.password !== '' || address.protocol !== api.protocol) return false;
  if (address.host === api.host) return true;
  return api.host === 'slack.com' && address.port === '' && /(?:^|\.)slack\.com$/u.test(address.hostname);
}

/** Sends a message to a response_url. */
export async function respond(url: string, apiUrl: string, message: unknown): Promise<void> {
  if (!isOwnAddress(url, apiUrl)) throw new ResponseUrlError(404, 'invalid_url', null);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(message),
    redirect: 'error',
    signal: AbortSignal.timeout(CALL_MS),
  });
  const text = await response.text();
  const code = refusal(text);
  if (response.ok && code === null) return;
  const after = Number(response.headers.get('retry-after') ?? Number.NaN);
  throw new ResponseUrlError(
    response.status,
    code ?? `HTTP ${response.status}`,
    Number.isNaN(after) ? null : after,
  );
}

/** `ok` and JSON with `ok: true` are consent; else the code in JSON or the text. */
function refusal(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === 'ok') return null;
  try {
    const read: unknown = JSON.parse(trimmed);
    if (typeof read !== 'object' || read === null) return null;
    const { ok, error } = read as { readonly ok?: unknown; readonly error?: unknown };
    return ok === false ? (typeof error === 'string' ? error : 'unknown') : null;
  } catch {
    return /^\w{1,60}$/u.test(trimmed) ? trimmed : 'unknown';
  }
}
