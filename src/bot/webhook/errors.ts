import { ExpectedError } from '../../core/expected-error.js';
import { Gone, Refused, TryLater } from '../platform.js';
import type { CallAnswer } from './call.js';

/** Where a receiver says to wait without saying how long. */
const USUAL_WAIT_MS = 30_000;

/** Throws what an answer means; returns where the message was taken. What the receiver wrote is shown to nobody. */
export function settle(host: string, { status, retryAfterMs }: CallAnswer): void {
  if (status >= 200 && status < 300) return;
  if (status === 410)
    throw new Gone('channel', `${host} says that this webhook is gone (410); add the channel anew.`);
  if (status === 429 || (status === 503 && retryAfterMs !== null))
    throw new TryLater(retryAfterMs ?? USUAL_WAIT_MS, 'channel');
  if (status >= 300 && status < 400)
    throw new Refused(
      `${host} redirects (${status}), which is not followed; give the channel the new address.`,
    );
  if (status >= 400 && status < 500 && status !== 408 && status !== 425)
    throw new Refused(`${host} refused the message (${status}).`);
  throw new ExpectedError('webhook-in-trouble', `${host} answered ${status}.`);
}
