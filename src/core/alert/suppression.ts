import type { Alert, Done } from './alert.js';
import type { Severity } from './finding.js';
import { holdsNetwork } from './network.js';
import { lastOccurrence } from './occurrences.js';
import { readRecurrence, type ReadRecurrence } from './recurrence.js';

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
  const { from, until, rrule, minutes, ended } = suppression;
  const end = until === null ? null : new Date(until);
  if (ended !== null || now < new Date(from) || (end !== null && now >= end)) return null;
  if (rrule === null || minutes === null) return end;
  const span = spanAt(suppression, rrule, minutes, now);
  if (span === null) return null;
  return end !== null && end < span ? end : span;
}

/** The end of the times that follow on one another and hold a moment; null where none does. */
function spanAt({ from, zone }: Suppression, rrule: string, minutes: number, now: Date): Date | null {
  const rule = readOnce(rrule, from, zone, minutes);
  if (rule.read.error !== null) return null;
  if (rule.span !== null && rule.span.since <= now && now < rule.span.until) return rule.span.until;
  const { recurrence } = rule.read;
  const lasts = minutes * MINUTE_MS;
  let last = endOfSpan(lastOccurrence(recurrence, zone, before(now, lasts), now), lasts);
  if (last === null || last <= now) return null;
  // The next time may begin before this one has ended.
  for (let joined = 0; joined < MOST_JOINED; joined += 1) {
    const further = endOfSpan(lastOccurrence(recurrence, zone, before(last, lasts), last), lasts);
    if (further === null || further <= last) break;
    last = further;
  }
  rule.span = { since: now, until: last };
  return last;
}

/** A suppression that keeps alerts quiet, and until when. */
export interface InForce {
  readonly suppression: Suppression;
  readonly until: Date;
}

/** Those that keep alerts quiet at this moment: worked out once for all that is to be told. */
export function inForce(suppressions: readonly Suppression[], now: Date): readonly InForce[] {
  return suppressions.flatMap((suppression) => {
    const until = quietUntil(suppression, now);
    return until === null ? [] : [{ suppression, until }];
  });
}

/** Whether it will never keep anything quiet again. */
export function isOver({ until, ended }: Pick<Suppression, 'until' | 'ended'>, now: Date): boolean {
  return ended !== null || (until !== null && new Date(until) <= now);
}

function before(at: Date, ms: number): Date {
  return new Date(at.getTime() - ms);
}

function endOfSpan(start: Date | null, lasts: number): Date | null {
  return start === null ? null : new Date(start.getTime() + lasts);
}

/** A rule that was read, and the span that was worked out of it last. */
interface ReadOnce {
  readonly read: ReadRecurrence;
  span: { readonly since: Date; readonly until: Date } | null;
}

/** Those of a tenant are asked for with each message, so that they are read once. */
const MOST_READ = 2_000;
const known = new Map<string, ReadOnce>();

function readOnce(rrule: string, from: string, zone: string, minutes: number): ReadOnce {
  const key = `${from} ${zone} ${minutes} ${rrule}`;
  const one = known.get(key);
  if (one !== undefined) return one;
  const rule = { read: readRecurrence(rrule, new Date(from), zone), span: null };
  if (known.size >= MOST_READ) known.clear();
  known.set(key, rule);
  return rule;
}
