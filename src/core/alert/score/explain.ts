import { addDays } from '../calendar.js';
import type { EventPlan, Scenario } from '../../sample/scenario-schema.js';
import type { Truth } from '../../sample/truth.js';
import type { ScoredAlert } from './alerts.js';
import { limit } from './levels.js';
import { overlaps } from './overlap.js';

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

/** Whether something in the scenario is why an alert was opened. */
export function isExplained(alert: ScoredAlert, scenario: Scenario, truth: Truth): boolean {
  if (alert.rule === 'failure-rate') return isFailing(alert, truth);
  return scenario.events.some((event) => {
    const { rules, days } = EXPLAINS[event.kind];
    const isShared = alert.rule === 'sender-falls' && sharesNetwork(alert, event, scenario);
    if ((!rules.includes(alert.rule) && !isShared) || !isAbout(alert, event, scenario)) return false;
    const firstDay = addDays(truth.firstDay, event.day - 1);
    const lastDay = addDays(firstDay, ('days' in event ? event.days - 1 : 0) + days);
    return alert.openedDay >= firstDay && alert.openedDay <= lastDay;
  });
}

function isAbout({ domain, finding }: ScoredAlert, event: EventPlan, scenario: Scenario): boolean {
  if ('reporter' in event) {
    const named = scenario.reporters.find((one) => one.domain === event.reporter);
    const { reporter } = finding.key;
    if (reporter !== undefined && reporter !== (named?.name ?? named?.domain)) return false;
    if (event.kind === 'reporter-silent' || event.kind === 'unreadable') return true;
  }
  if ('domain' in event && event.domain !== undefined) return event.domain === domain;
  if (!('sender' in event)) return false;
  return scenario.senders.find(({ name }) => name === event.sender)?.domain === domain;
}

/** Whether failing mail of an event comes from the very network of which an alert says that less of its mail passes. */
function sharesNetwork({ finding }: ScoredAlert, event: EventPlan, scenario: Scenario): boolean {
  const { sender } = finding.key;
  if (sender === undefined) return false;
  if (event.kind === 'spoofing-burst') return overlaps(sender, event.addresses);
  const named = event.kind === 'new-sender' ? event.sender : null;
  const plan = scenario.senders.find(({ name }) => name === named);
  return plan !== undefined && overlaps(sender, plan.addresses);
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
