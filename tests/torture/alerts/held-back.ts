import type { Suppression } from '../../../src/core/alert/suppression.js';
import type { Happened } from './happened.js';
import { CHANNELS, type PlannedChannel } from './plan.js';
import type { HeldMessage } from './platform.js';
import type { Mark } from './told.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** New messages that came though all that they tell of was suppressed, or in quiet hours. Read from plain dates, not by the product's own rules. */
export function heldBack(
  messages: readonly HeldMessage[],
  suppressions: readonly Suppression[],
  { suppressed }: Happened,
): string[] {
  return messages.flatMap((message) => {
    const mark = message.posted;
    if (mark === null) return [];
    const times = [new Date(mark.loadedAt), message.at];
    const about = mark.on.map((one) =>
      suppressions.find(
        (each) =>
          (suppressed.get(each.id) ?? Infinity) < mark.loadedReal &&
          isAbout(each, one) &&
          times.every((at) => isInForce(each, at)),
      ),
    );
    if (about.every((one) => one !== undefined))
      return [
        `${message.id} told ${message.channel} of alert ${mark.alert} at ${message.at.toISOString()}, in suppression ${about[0]?.id}`,
      ];
    const { quiet } = CHANNELS.find(({ name }) => name === message.channel) ?? { quiet: null };
    const isCritical = mark.on.some(({ severity }) => severity === 'critical');
    if (quiet !== null && !isCritical && times.every((at) => isQuiet(quiet, at)))
      return [
        `${message.id} told ${message.channel} of alert ${mark.alert} at ${message.at.toISOString()}, in its quiet hours`,
      ];
    return [];
  });
}

function isAbout({ rule, severity, domain }: Suppression, on: Mark['on'][number]): boolean {
  return (
    (rule === null || rule === on.rule) &&
    (severity === null || severity === on.severity) &&
    (domain === null || domain === on.domain)
  );
}

/** Of those that recur: three days from its begin on, each at its hour. */
function isInForce({ from, until, ended, rrule, minutes }: Suppression, at: Date): boolean {
  if (at < new Date(from) || (until !== null && at >= new Date(until))) return false;
  if (ended !== null && at >= new Date(ended.at)) return false;
  if (rrule === null) return true;
  const hour = Number(/BYHOUR=(\d+)/u.exec(rrule)?.[1]);
  const begin = new Date(from);
  const today = Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth(), begin.getUTCDate(), hour);
  const first = today < begin.getTime() ? today + DAY_MS : today;
  return [0, 1, 2].some((day) => {
    const start = first + day * DAY_MS;
    return at.getTime() >= start && at.getTime() < start + (minutes ?? 0) * MINUTE_MS;
  });
}

function isQuiet({ from, until }: NonNullable<PlannedChannel['quiet']>, at: Date): boolean {
  const clock = at.toISOString().slice(11, 16);
  return from < until ? clock >= from && clock < until : clock >= from || clock < until;
}
