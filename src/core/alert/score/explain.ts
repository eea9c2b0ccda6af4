import { addDays, daysBetween } from '../calendar.js';
import type { EventPlan } from '../../sample/scenario-schema.js';
import type { Truth } from '../../sample/truth.js';
import type { ScoredAlert } from './alerts.js';
import { overlaps } from './overlap.js';
import { resentOn } from './reported.js';
import { fails, lastDayOf, limit, reporterNamed, senderNamed, spanOf, type World } from './world.js';

/** Which rules may rightly speak while an event is there, and for so many days after its end. */
const EXPLAINS: Readonly<
  Record<EventPlan['kind'], { readonly rules: readonly string[]; readonly days: number }>
> = {
  'spoofing-burst': { rules: ['spoofing-burst', 'new-source', 'volume-spike', 'new-subdomain'], days: 8 },
  'new-sender': { rules: ['new-source', 'new-subdomain', 'volume-spike'], days: 21 },
  'sender-gone': { rules: ['volume-drop'], days: 60 },
  'dkim-break': { rules: ['sender-falls'], days: 8 },
  'spf-break': { rules: ['sender-falls'], days: 8 },
  'volume-spike': { rules: ['volume-spike'], days: 4 },
  'volume-drop': { rules: ['volume-drop'], days: 8 },
  'reporter-silent': { rules: ['reporter-silence'], days: 4 },
  'policy-change': { rules: ['policy-weakened'], days: 21 },
  'policy-violation': { rules: ['policy-violation'], days: 10 },
  'resend-changed': { rules: ['conflicting-reports'], days: 14 },
  resend: { rules: [], days: 0 },
  'tls-failures': { rules: ['tls-failures'], days: 6 },
  unreadable: { rules: ['unreadable-reports'], days: 6 },
};
/** What lasts for half of the eight weeks becomes what is usual: for so many days its end is news as well. */
const LONG_DAYS = 28;
const AFTER_LONG_DAYS = 14;
/** Who reports on nothing, as the rule names all reporters together. */
const ANYBODY = '*';

/** Whether something in the scenario is why an alert was opened. */
export function isExplained(alert: ScoredAlert, world: World): boolean {
  const { truth } = world;
  if (alert.rule === 'failure-rate') return isFailing(alert, truth);
  if (alert.rule === 'tls-failures' && isPlanned(alert, world)) return true;
  const opened = daysBetween(truth.firstDay, alert.openedDay) + 1;
  return world.scenario.events.some((event) => {
    const { rules, days } = EXPLAINS[event.kind];
    if (!rules.includes(alert.rule) && !isBeside(alert, event, world)) return false;
    if (!isAbout(alert, event, world)) return false;
    const span = 'reporter' in event ? spanOf(reporterNamed(event.reporter, world) ?? { hours: 24 }) : 1;
    const resent = event.kind === 'resend-changed' ? resentOn(event, world) : null;
    const after = days + span - 1 + (isLong(event) ? AFTER_LONG_DAYS : 0);
    return opened >= event.day && opened <= (resent ?? lastDayOf(event)) + after;
  });
}

function isAbout({ domain, finding }: ScoredAlert, event: EventPlan, world: World): boolean {
  if ('reporter' in event) {
    const { reporter } = finding.key;
    if (reporter !== undefined && reporter !== ANYBODY && !isNamed(reporter, event.reporter, world))
      return false;
    if (event.kind === 'reporter-silent' || event.kind === 'unreadable') return true;
  }
  if ('domain' in event) return event.domain === domain;
  return 'sender' in event && senderNamed(event.sender, world)?.domain === domain;
}

/** Whether a reporter's name as a rule has it is that of a reporter; one without a name goes by its address. */
function isNamed(told: string, domain: string, world: World): boolean {
  const name = reporterNamed(domain, world)?.name ?? null;
  return name === null ? told.endsWith(`@${domain}`) : told === name;
}

/** What an event brings with it at times: whether that is what the alert tells of. */
function isBeside({ rule, domain, finding }: ScoredAlert, event: EventPlan, world: World): boolean {
  const { sender } = finding.key;
  const started = event.kind === 'new-sender' ? senderNamed(event.sender, world) : null;
  switch (rule) {
    // Failing mail of an event that comes from the very network of which less passes.
    case 'sender-falls':
      if (sender === undefined) return false;
      if (event.kind === 'spoofing-burst') return overlaps(sender, event.addresses);
      return started !== null && overlaps(sender, started.addresses);
    // A forger that stays, or more of all mail of a domain that is forged.
    case 'spoofing-burst':
      if (started !== null) return started.kind === 'spoofer';
      return (
        event.kind === 'volume-spike' &&
        world.scenario.senders.some(
          (one) =>
            one.domain === domain && (event.sender ?? one.name) === one.name && fails(one, event.day, world),
        )
      );
    case 'volume-spike':
      return isLong(event) && event.kind === 'volume-drop';
    case 'volume-drop':
      return isLong(event) && (event.kind === 'volume-spike' || event.kind === 'spoofing-burst');
    // Where no mail is, nobody has anything to report.
    case 'reporter-silence':
      return domain !== null && (event.kind === 'volume-drop' || event.kind === 'sender-gone');
    default:
      return false;
  }
}

function isLong(event: EventPlan): boolean {
  return lastDayOf(event) - event.day >= LONG_DAYS;
}

/** Whether TLS fails as often by the plan alone, without an event. */
function isPlanned({ domain, finding }: ScoredAlert, { scenario }: World): boolean {
  return scenario.tls.some(
    (plan) => plan.domain === domain && plan.failures >= 0.9 * finding.measure.threshold,
  );
}

/** The level of failing mail is its own truth: whether the figures of all reports show it too. */
function isFailing({ domain, finding, openedDay }: ScoredAlert, truth: Truth): boolean {
  const days = limit('failure-rate', 'days');
  return [0, 1, 2].some(
    (back) =>
      shareOf(truth, domain, addDays(openedDay, -back), days).share >= 0.9 * finding.measure.threshold,
  );
}

/** Failing part of a domain's messages over some days that end with one. */
export function shareOf(
  truth: Truth,
  domain: string | null,
  day: string,
  days: number,
): { readonly messages: number; readonly share: number } {
  const all = truth.domains[domain ?? ''] ?? {};
  let [messages, passed] = [0, 0];
  for (let back = 0; back < days; back += 1) {
    const one = all[addDays(day, -back)];
    messages += one?.messages ?? 0;
    passed += one?.dmarcPass ?? 0;
  }
  return { messages, share: messages === 0 ? 0 : 1 - passed / messages };
}
