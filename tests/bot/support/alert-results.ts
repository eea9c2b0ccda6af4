import { alertCard } from '../../../src/bot/cards/alert.js';
import { alertReplyCard } from '../../../src/bot/cards/alert-reply.js';
import { morningCard } from '../../../src/bot/cards/morning.js';
import type { Card } from '../../../src/bot/card.js';
import type { Alert } from '../../../src/core/alert/alert.js';
import type { AlertChanged } from '../../../src/core/operations/alert/act.js';
import type { AlertResult, AlertsResult } from '../../../src/core/operations/alert/list.js';
import type { OursResult } from '../../../src/core/operations/alert/ours.js';
import type { AlertSubject } from '../../../src/core/operations/alert/subject.js';
import type { SuppressionItem, SuppressionsResult } from '../../../src/core/operations/alert/suppress.js';
import type { WhyResult } from '../../../src/core/operations/alert/why.js';
import { EVENT_KINDS } from '../../../src/core/alert/transition.js';
import { daysOf } from '../../../src/core/analysis/range.js';
import { type Invented, TODAY } from './results.js';

const AT = `${TODAY}T09:30:00.000Z`;

/** Invented answers of the operations on alerts. */
export function alertAnswers(given: Invented) {
  const { size, name, domain } = given;
  const few = Array.from({ length: Math.min(size, 40) }, (_, at) => at);
  const alert = inventedAlert(given);
  const list = few.map((at) => inventedAlert(given, at));
  const changed: AlertChanged = {
    alert: { ...alert, assignee: { id: 1, name: name(0) } },
    also: size,
    left: few.map((at) => at + 1),
  };
  const suppression = (at: number): SuppressionItem => ({
    id: at + 1,
    rule: at === 0 ? null : name(at),
    severity: at % 2 === 0 ? 'warning' : null,
    domain,
    sender: at % 3 === 0 ? '2001:db8::/64' : null,
    reason: name(at),
    from: AT,
    until: at % 2 === 0 ? AT : null,
    rrule: at % 2 === 0 ? null : 'FREQ=WEEKLY;BYDAY=SA,SU',
    minutes: at % 2 === 0 ? null : 1_440,
    zone: 'Europe/Berlin',
    created: { at: AT, by: name(at) },
    ended: null,
    state: at % 2 === 0 ? 'active' : 'waiting',
    activeUntil: at % 2 === 0 ? AT : null,
  });
  const alerts: AlertsResult = {
    state: 'unresolved',
    items: list,
    counts: { open: size, acknowledged: 1, resolved: given.messages },
    next: size > 20 ? 'WzEyXQ' : null,
  };
  const details: AlertResult = {
    alert,
    lead: size > 3 ? inventedAlert(given, 1) : null,
    members: list,
    note: { kind: 'noted', at: AT, by: name(0), note: name(1) },
    history: EVENT_KINDS.map((kind) => ({
      kind,
      at: AT,
      by: name(0),
      note: name(1),
      details: { to: name(2) },
    })),
  };
  const ours: OursResult = {
    domain: domain ?? name(0),
    network: '192.0.2.0/24',
    changed: true,
    resolved: few,
  };
  const suppressions: SuppressionsResult = { items: few.map(suppression), next: null };
  const why: WhyResult = {
    alert,
    toldWith: 3,
    channels: few.map((at) => ({ channel: name(at), kind: 'slack', says: name(at) })),
    log: few.map((at) => ({
      at: AT,
      channel: name(at),
      what: 'held',
      version: at + 1,
      code: 'suppressed',
      detail: name(at),
    })),
  };
  return {
    alerts,
    alert: details,
    acknowledge: changed,
    unacknowledge: changed,
    resolve: changed,
    reopen: changed,
    snooze: changed,
    assign: changed,
    note: changed,
    ours,
    suppress: suppression(1),
    suppressions,
    unsuppress: suppression(0),
    why,
  };
}

/** Cards that are told to channels, in every state. */
export function alertCards(given: Invented, now: Date): { readonly name: string; readonly card: Card }[] {
  const states = [
    {},
    { state: 'acknowledged', acknowledged: { at: AT, by: given.name(1) } },
    { state: 'resolved', resolved: { at: AT, by: given.name(1) } },
  ] as const;
  return [
    ...states.flatMap((state) => {
      const told = subjectOf(given, state);
      return [
        { name: `alert that is ${told.alert.state}`, card: alertCard(told, now) },
        { name: `reply to an alert that is ${told.alert.state}`, card: alertReplyCard(told, now) },
      ];
    }),
    {
      name: 'what waited',
      card: morningCard(
        {
          channel: given.name(0),
          from: AT,
          until: AT,
          alerts: subjectOf(given).members.map((alert) => ({ ...alert, says: alert.finding.says })),
          more: given.size > 100,
        },
        now,
      ),
    },
  ];
}

/** An alert as it is told, with as many others on its card as there are entries. */
export function subjectOf(given: Invented, state: Partial<Alert> = {}): AlertSubject {
  const { size, name } = given;
  return {
    alert: inventedAlert(given, 0, state),
    members: Array.from({ length: Math.min(size, 40) }, (_, at) => inventedAlert(given, at + 1)),
    inhibitedBy: new Map(),
    suppressions: [],
    change: { kind: 'resolved', at: AT, by: name(2), note: name(3) },
    note: size === 0 ? null : { kind: 'noted', at: AT, by: name(0), note: name(1) },
    mentions: [],
  };
}

function inventedAlert(
  { size, name, domain, messages, range, share }: Invented,
  at = 0,
  given: Partial<Alert> = {},
): Alert {
  const few = Array.from({ length: Math.min(size, 12) }, (_, index) => index);
  const rate = at % 2 === 0;
  return {
    id: at + 1,
    rule: at % 3 === 0 ? 'failure-rate' : name(at),
    kind: 'failure-rate',
    domain,
    cause: 'sending',
    severity: at % 2 === 0 ? 'critical' : 'warning',
    state: 'open',
    version: at + 1,
    notableVersion: 1,
    leadId: null,
    sender: size === 0 ? null : '192.0.2.0/24',
    finding: {
      rule: 'failure-rate',
      kind: 'failure-rate',
      cause: 'sending',
      severity: 'warning',
      domain,
      key: {},
      day: range.to,
      says: `${name(at)} fails: ${messages} messages.`,
      fix: `Look at ${name(at)}.`,
      measure: {
        name: 'failure rate',
        value: rate ? 1 - share : messages,
        threshold: rate ? 0.05 : 100,
        unit: rate ? 'fraction' : 'messages',
        baseline: size === 0 ? null : 0.01,
      },
      evidence: {
        sender: size === 0 ? null : '192.0.2.0/24',
        addresses: few.map(name),
        dkim: few.map((index) => ({
          domain: name(index),
          selector: index === 0 ? null : name(index),
          result: 'fail',
        })),
        spf: few.map((index) => ({ domain: name(index), selector: null, result: 'softfail' })),
        firstSeen: size === 0 ? null : range.from,
        messages: size === 0 ? null : messages,
        failing: size === 0 ? null : messages,
        days: size === 0 || at > 0 ? [] : daysOf(range).map((day) => ({ day, value: rate ? 0.1 : messages })),
        facts: few.map((index) => ({ name: name(index), value: name(index) })),
      },
    },
    timesFound: 2,
    openedAt: AT,
    lastFoundAt: AT,
    clearSince: at === 1 ? AT : null,
    snoozedUntil: at === 2 ? AT : null,
    assignee: size === 0 ? null : { id: 1, name: name(0) },
    acknowledged: null,
    resolved: null,
    escalation: at % 2,
    ...given,
  };
}
