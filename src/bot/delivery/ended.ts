import type { DeliveryNote, Settled } from '../../core/operations/delivery/work.js';
import { ExpectedError } from '../../core/expected-error.js';
import { Gone, Refused, TryLater } from '../platform.js';
import type { Job, Outcome, State } from './job.js';
import type { Sending } from './limits.js';
import { pauseAfterRefusal, pauseAfterTrouble } from './pauses.js';
import type { Plan } from './subject.js';

const REFUSED = 'refused';
/** The end of a snooze is a change of its own that comes within a minute: looked at before it, it would be told twice. */
const AFTER_SNOOZE_MS = 120_000;

/** How a delivery is given back, as far as it has come; the rest as it is for one that is done. */
export type SettledAs = (rest?: Rest) => Settled;

/** What follows from what a speaker threw. */
export function failure(
  job: Job,
  error: unknown,
  sending: Sending,
  settled: SettledAs,
  notes: DeliveryNote[],
): Outcome {
  const { delivery, now } = job;
  if (error instanceof Gone)
    return { end: 'gone', reason: error.message, heals: error.heals, settled: settled() };
  if (error instanceof TryLater) {
    const nextAt = new Date(now().getTime() + error.afterMs);
    return {
      end: 'later',
      sending,
      error,
      settled: settled({ nextAt, attempts: delivery.attempts, lastError: saidBy(error.cause) ?? LATER }),
    };
  }
  if (error instanceof Refused) {
    notes.push(note(job, 'failed', REFUSED, error.message));
    return { end: 'settled', settled: settled({ ...restOfRefused(job), lastError: error.message }) };
  }
  const attempts = delivery.attempts + 1;
  const afterMs = pauseAfterTrouble(attempts);
  const lastError = saidBy(error) ?? NO_ANSWER;
  notes.push(note(job, 'failed', 'no-answer', lastError));
  const nextAt = new Date(now().getTime() + afterMs);
  return { end: 'trouble', error, afterMs, settled: settled({ nextAt, attempts, lastError }) };
}

/** What follows where a plan or a card could not be made: this one waits, longer each time, and no other. */
export function unready(job: Job, error: unknown, settled: SettledAs, notes: DeliveryNote[]): Outcome {
  const attempts = job.delivery.attempts + 1;
  notes.push(note(job, 'failed', 'not-made', NOT_MADE));
  const nextAt = new Date(job.now().getTime() + pauseAfterTrouble(attempts));
  return { end: 'unready', error, settled: settled({ nextAt, attempts, lastError: NOT_MADE }) };
}

/** What people may read of an error; null for what only the log may have. */
function saidBy(error: unknown): string | null {
  return error instanceof ExpectedError ? error.message : null;
}

const LATER = 'It said to come again later.';
const NO_ANSWER = 'It did not answer as it should; it is tried again.';
const NOT_MADE = 'Its message could not be made, and the log says why; it is tried again.';

/** Counted from the first refusal, whatever trouble there was before. */
function restOfRefused({ delivery, speaker, now }: Job): Rest {
  const attempts = delivery.heldCode === REFUSED ? delivery.attempts + 1 : 1;
  const afterMs = speaker.edits ? null : pauseAfterRefusal(attempts);
  if (afterMs === null) return { heldCode: REFUSED };
  return { heldCode: REFUSED, nextAt: new Date(now().getTime() + afterMs), attempts };
}

/** What is not the same for all that are given back. */
export interface Rest {
  readonly nextAt?: Date | null;
  readonly attempts?: number;
  readonly heldCode?: string | null;
  readonly lastError?: string | null;
}

/** A delivery as it is given back. */
export function settledAs(
  { delivery, told }: Job,
  state: State,
  notes: readonly DeliveryNote[],
  { nextAt = null, attempts = 0, heldCode = null, lastError = null }: Rest,
): Settled {
  return {
    channelId: delivery.channelId,
    notes,
    delivery: {
      id: delivery.id,
      takes: delivery.takes,
      // What was wanted when it was taken is in what was loaded after that.
      seenVersion: Math.max(told.version, delivery.wantedVersion),
      seenNotable: Math.max(told.notableVersion, delivery.wantedNotable),
      seenWoken: delivery.woken,
      shownVersion: state.shown,
      toldVersion: state.toldUpTo,
      ref: state.ref,
      begunAt: state.begunAt,
      nextAt,
      attempts,
      heldCode,
      lastError,
    },
  };
}

/** Given back until what holds it may be gone. */
export function heldUntil({ code, until }: Extract<Plan, { do: 'hold' }>): Rest {
  const margin = code === 'snoozed' ? AFTER_SNOOZE_MS : 0;
  return { heldCode: code, nextAt: until === null ? null : new Date(Date.parse(until) + margin) };
}

/** A line of the log. */
export function note(
  { delivery, channel, told, now }: Job,
  what: DeliveryNote['what'],
  code: string | null,
  detail: string | null,
): DeliveryNote {
  const { subject, subjectId } = delivery;
  return { subject, subjectId, channel: channel.name, version: told.version, at: now(), what, code, detail };
}
