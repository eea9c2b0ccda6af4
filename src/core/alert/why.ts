import type { Plan } from './plan.js';
import { timeText } from './transition.js';

/** How a channel stands with an alert, as far as somebody asks why. Times are ISO 8601 in UTC. */
export interface ToldHow {
  /** Why it is not told at all; null where it is. */
  readonly leftOut: 'severity' | 'not-named' | 'takes-few' | 'later' | null;
  /** Why the channel sleeps; null where it does not. */
  readonly parked: { readonly at: string; readonly reason: string } | null;
  /** The version that the message there shows, and the one to be shown; 0 for no message. */
  readonly shown: number;
  readonly wanted: number;
  readonly toldVersion: number;
  readonly wantedNotable: number;
  readonly lastError: string | null;
  /** When it is looked at next; null where nothing is to be done. */
  readonly nextAt: string | null;
  /** What would become of a new message now. */
  readonly plan: Plan;
}

/** In one or two sentences, what a channel was told of an alert and why, or why not. */
export function whySays(how: ToldHow): string {
  if (how.leftOut !== null) return LEFT_OUT[how.leftOut];
  const stands = how.shown > 0 ? shownSays(how) : '';
  if (how.parked !== null)
    return join(stands, `Nothing is sent there since ${timeText(how.parked.at)}: ${how.parked.reason}`);
  const told = how.toldVersion >= how.wantedNotable;
  if (how.shown > 0 && told && how.shown >= how.wanted) return stands;
  if (how.lastError !== null && how.nextAt !== null)
    return join(
      stands,
      `The last try failed: ${how.lastError}. It is tried again at ${timeText(how.nextAt)}.`,
    );
  if (how.lastError !== null)
    return join(
      stands,
      `It was not taken there: ${how.lastError}. It is tried again when the alert changes.`,
    );
  if (told && how.shown > 0) return stands;
  return join(stands, planSays(how.plan, how.shown > 0));
}

const LEFT_OUT: Readonly<Record<NonNullable<ToldHow['leftOut']>, string>> = {
  severity: 'It is not told there: the channel takes only what is more severe.',
  'not-named': 'It is not told there: its rule names other channels.',
  'takes-few': 'It is not told there: the channel takes only what is sent to it by name.',
  later: 'It is not told there: the channel was added, or changed, after the alert was opened.',
};

function shownSays({ shown, wanted }: ToldHow): string {
  return shown >= wanted
    ? 'A message there shows it as it is.'
    : 'A message there is about to be brought up to date.';
}

function planSays(plan: Plan, shown: boolean): string {
  const what = shown ? 'A message on its last change' : 'It';
  if (plan.do === 'send') return `${what} is about to be sent.`;
  if (plan.do === 'skip') return `${what} was not sent: ${plan.detail}.`;
  const end = plan.until === null ? '' : `; until ${timeText(plan.until)}`;
  return `${what} waits (${plan.code}): ${plan.detail}${end}.`;
}

function join(first: string, second: string): string {
  return first === '' ? second : `${first} ${second}`;
}
