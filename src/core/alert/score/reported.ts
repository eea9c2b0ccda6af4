/** Whether what reporters do is clearly above the default thresholds, by the plan. */
import { policyOn } from '../../sample/events.js';
import type { EventPlan, Policy, ReporterPlan } from '../../sample/scenario-schema.js';
import { askedOf } from '../asked.js';
import { medianOf } from '../baseline.js';
import {
  CLEARLY,
  daysFrom,
  lastDayOf,
  limit,
  passingParts,
  reporterNamed,
  sentOn,
  shareOn,
  spanOf,
  type World,
} from './world.js';

/** Days before its end that say whether a reporter was regular. */
const REGULAR_DAYS = 28;
/** So many messages are seen whatever chance decides. */
const SURELY = 3;
/** A milder policy is remembered by receivers for so many days. */
const REMEMBERED_DAYS = 7;

/** Messages that a reporter tells of on a day, about one domain or all. */
function toldBy(reporter: ReporterPlan, day: number, world: World, domain?: string): number {
  return world.senders
    .filter((sender) => domain === undefined || sender.domain === domain)
    .reduce(
      (sum, sender) => sum + sentOn(sender, day, world) * shareOn(reporter, sender.domain, day, world),
      0,
    );
}

export function isSilence(event: EventPlan & { readonly kind: 'reporter-silent' }, world: World): boolean {
  const reporter = reporterNamed(event.reporter, world);
  if (reporter === null || event.day - reporter.from < REGULAR_DAYS) return false;
  const told = daysFrom(event.day - REGULAR_DAYS, event.day - 1, world)
    .filter((day) => day >= 1)
    .map((day) => toldBy(reporter, day, world));
  // Those without any mail are no days to report on; who was silent on others was not regular.
  const isRegular = !world.scenario.events.some(
    (one) =>
      one !== event &&
      one.kind === 'reporter-silent' &&
      one.reporter === event.reporter &&
      one.day < event.day &&
      lastDayOf(one) >= event.day - REGULAR_DAYS,
  );
  // A report that covers some days tells of all of them when it tells of one.
  const span = spanOf(reporter);
  return (
    isRegular &&
    told.length === REGULAR_DAYS &&
    event.days - 2 * (span - 1) >= limit('reporter-silence', 'days') + span &&
    medianOf(told.filter((messages) => messages >= SURELY)) >= CLEARLY * limit('reporter-silence', 'messages')
  );
}

const STRENGTH: readonly string[] = ['none', 'quarantine', 'reject'];

/** Whether enough reporters see another policy than before, and a weaker one. */
export function isWeakened(event: EventPlan & { readonly kind: 'policy-change' }, world: World): boolean {
  const { domain, day, policy } = event;
  const before = policyOn(world.scenario, domain, day - 1);
  if (before === undefined) return false;
  const days = limit('policy-weakened', 'days');
  const changes = world.scenario.events.filter((one) => one.kind === event.kind && one.domain === domain);
  const since = Math.max(1, day - days, ...changes.filter((one) => one.day < day).map((one) => one.day));
  const until = Math.min(day + days, ...changes.filter((one) => one.day > day).map((one) => one.day)) - 1;
  const isTold = (reporter: ReporterPlan, first: number, last: number) =>
    daysFrom(first, last, world).reduce((sum, one) => sum + toldBy(reporter, one, world, domain), 0) >=
    SURELY * spanOf(reporter);
  const telling = world.scenario.reporters.filter((one) => isTold(one, day, until));
  const seeing = telling.filter(
    (one) => isTold(one, since, day - 1) && isWeaker(before, policy, one.standard),
  );
  return (
    seeing.length > 0 && seeing.length >= Math.min(limit('policy-weakened', 'reporters'), telling.length)
  );
}

/** Reporters of RFC 9990 know no pct, those of RFC 7489 neither np nor testing. */
function isWeaker(before: Policy, now: Policy, standard: ReporterPlan['standard']): boolean {
  const by = (value: (policy: Policy) => number) => value(now) - value(before);
  const p = by((one) => STRENGTH.indexOf(one.p));
  const sp = by((one) => STRENGTH.indexOf(one.sp ?? one.p));
  const np = by((one) => STRENGTH.indexOf(one.np ?? one.sp ?? one.p));
  const isPartly = standard !== 'rfc9990' && p === 0 && now.p !== 'none' && now.pct < before.pct;
  const isOnTrial = standard === 'rfc9990' && p <= 0 && now.testing === 'y' && before.testing === 'n';
  return p < 0 || sp < 0 || (standard !== 'rfc7489' && np < 0) || isPartly || isOnTrial;
}

export function isViolated(event: EventPlan & { readonly kind: 'policy-violation' }, world: World): boolean {
  const { domain, day } = event;
  const reporter = reporterNamed(event.reporter, world);
  if (reporter === null) return false;
  const isAsked = (one: number, isSubdomain: boolean) => {
    const policy = policyOn(world.scenario, domain, one);
    if (policy === undefined) return false;
    const { p, sp = null, np = null, pct, testing } = policy;
    return askedOf({ p, sp, np, pct, testing }, isSubdomain) !== null;
  };
  const week = daysFrom(day, Math.min(lastDayOf(event), day + limit('policy-violation', 'days') - 1), world);
  const around = daysFrom(Math.max(1, day - REMEMBERED_DAYS), week.at(-1) ?? day, world);
  if (!around.every((one) => isAsked(one, false))) return false;
  const delivered = week.reduce(
    (sum, one) =>
      sum +
      world.senders
        .filter((sender) => sender.domain === domain && isAsked(one, sender.headerFrom !== undefined))
        .reduce((all, sender) => {
          const kept = sender.kind === 'forwarder' ? reporter.forgives : 0;
          const failing = (1 - passingParts(sender, one, world).dmarc) * (1 - kept);
          return all + sentOn(sender, one, world) * failing * shareOn(reporter, domain, one, world);
        }, 0),
    0,
  );
  return delivered * event.share >= CLEARLY * limit('policy-violation', 'messages');
}

/** Whether so large a part of the TLS sessions with a domain fails. */
export function isTls(domain: string, share: number, { scenario }: World): boolean {
  const sessions = scenario.tls
    .filter((plan) => plan.domain === domain)
    .reduce((sum, { perDay }) => sum + perDay, 0);
  return (
    share >= CLEARLY * limit('tls-failures', 'share') &&
    sessions * share >= CLEARLY * limit('tls-failures', 'failed')
  );
}

/** The day with which a report is sent again; null where it never is: for want of messages, or before the end. */
export function resentOn(
  event: EventPlan & { readonly kind: 'resend' | 'resend-changed' },
  world: World,
): number | null {
  const { scenario, truth, days } = world;
  const reporter = reporterNamed(event.reporter, world);
  const wasMade = truth.events.some(
    (one) =>
      one.kind === event.kind &&
      one.firstDay === days.date(event.day) &&
      one.domain === event.domain &&
      one.reporter === event.reporter,
  );
  if (reporter === null || !wasMade) return null;
  const span = spanOf(reporter);
  const day = Math.min(scenario.days, Math.ceil(event.day / span) * span) + event.after;
  return day > scenario.days ? null : day;
}
