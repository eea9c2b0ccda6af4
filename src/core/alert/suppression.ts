import type { Alert, Done } from './alert.js';
import type { Severity } from './finding.js';
import { holdsNetwork } from './network.js';
import { occurrences, readRecurrence } from './recurrence.js';

/** Nothing is told of alerts that match all that is set, while it lasts. Times are ISO 8601 in UTC. */
export interface Suppression {
  readonly id: number;
  /** Name; null for any. */
  readonly rule: string | null;
  readonly severity: Severity | null;
  readonly domain: string | null;
  /** Network in CIDR notation: alerts about senders within it match. */
  readonly sender: string | null;
  readonly reason: string;
  readonly from: string;
  /** null for one that recurs until somebody ends it. */
  readonly until: string | null;
  /** RFC 5545, read in the zone; each time it lasts so many minutes. */
  readonly rrule: string | null;
  readonly minutes: number | null;
  readonly zone: string;
  readonly created: Done;
  readonly ended: Done | null;
}

const MINUTE_MS = 60_000;
/** Times that overlap are one span; so many of them are followed before one looks again. */
const MOST_JOINED = 14;

/** Whether it is about an alert, at whichever time. */
export function isAbout(
  suppression: Suppression,
  alert: Pick<Alert, 'rule' | 'severity' | 'domain' | 'sender'>,
): boolean {
  const { rule, severity, domain, sender } = suppression;
  if (rule !== null && rule !== alert.rule) return false;
  if (severity !== null && severity !== alert.severity) return false;
  if (domain !== null && domain !== alert.domain) return false;
  return sender === null || (alert.sender !== null && holdsNetwork(sender, alert.sender));
}

/** Until when it keeps alerts quiet; null where it does not at this moment. */
export function quietUntil(suppression: Suppression, now: Date): Date | null {
  const { from, until, rrule, minutes, zone, ended } = suppression;
  const end = until === null ? null : new Date(until);
  if (ended !== null || now < new Date(from) || (end !== null && now >= end)) return null;
  if (rrule === null || minutes === null) return end;
  const read = readRecurrence(rrule, new Date(from), zone);
  if (read.error !== null) return null;
  const lasts = minutes * MINUTE_MS;
  let last = endOfSpan(occurrences(read.recurrence, zone, before(now, lasts), now), lasts);
  if (last === null || last <= now) return null;
  // The next time may begin before this one has ended.
  for (let joined = 0; joined < MOST_JOINED; joined += 1) {
    const further = endOfSpan(occurrences(read.recurrence, zone, before(last, lasts), last), lasts);
    if (further === null || further <= last) break;
    last = further;
  }
  return end !== null && end < last ? end : last;
}

/** Whether it will never keep anything quiet again. */
export function isOver({ until, ended }: Pick<Suppression, 'until' | 'ended'>, now: Date): boolean {
  return ended !== null || (until !== null && new Date(until) <= now);
}

function before(at: Date, ms: number): Date {
  return new Date(at.getTime() - ms);
}

function endOfSpan(starts: readonly Date[], lasts: number): Date | null {
  const last = starts.at(-1);
  return last === undefined ? null : new Date(last.getTime() + lasts);
}
