import type { Calendar } from './calendar.js';
import type { EventPlan, Policy, Scenario, SenderPlan } from './scenario-schema.js';

/** An event as truth.json lists it: alert rules are scored against these. */
export interface TruthEvent {
  readonly kind: EventPlan['kind'];
  /** `YYYY-MM-DD`; a lasting change names the day it began, twice. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly domain: string | null;
  readonly sender: string | null;
  readonly reporter: string | null;
  /** Messages of the event that reporters tell of in these days; null where an event has no traffic of its own. */
  readonly messages: number | null;
}

/** Kinds that show as messages of certain senders. */
const WITH_TRAFFIC = new Set<EventPlan['kind']>([
  'spoofing-burst',
  'new-sender',
  'dkim-break',
  'spf-break',
  'volume-spike',
  'volume-drop',
]);

const lastDay = (event: EventPlan): number => event.day + ('days' in event ? event.days - 1 : 0);
const isOn = (event: EventPlan, day: number): boolean => day >= event.day && day <= lastDay(event);
const senderOf = (event: EventPlan): string | undefined => ('sender' in event ? event.sender : undefined);

function burstName(index: number): string {
  return `spoofing burst ${index + 1}`;
}

/** The senders of a scenario with those that events bring: first and last days set, one sender per burst. */
export function sendersOf(scenario: Scenario): SenderPlan[] {
  const senders = scenario.senders.map((sender) => {
    const starts = scenario.events.find(
      (event) => event.kind === 'new-sender' && event.sender === sender.name,
    );
    const ends = scenario.events.find(
      (event) => event.kind === 'sender-gone' && event.sender === sender.name,
    );
    return { ...sender, from: starts?.day ?? sender.from, until: ends ? ends.day - 1 : sender.until };
  });
  const bursts = scenario.events.flatMap((event, index): SenderPlan[] =>
    event.kind === 'spoofing-burst'
      ? [
          {
            name: burstName(index),
            kind: 'spoofer',
            domain: event.domain,
            addresses: event.addresses,
            sources: event.sources,
            perDay: event.perDay,
            noise: 0.1,
            growth: 1,
            breaksDkim: false,
            headerFrom: event.headerFrom,
            nonexistent: false,
            from: event.day,
            until: lastDay(event),
          },
        ]
      : [],
  );
  return [...senders, ...bursts];
}

/** The policy of a domain on a day: the last change up to it, else the one it began with. */
export function policyOn(scenario: Scenario, domain: string, day: number): Policy | undefined {
  let policy = scenario.domains[domain];
  let since = 0;
  for (const event of scenario.events) {
    if (event.kind !== 'policy-change' || event.domain !== domain) continue;
    if (event.day <= day && event.day >= since) [policy, since] = [event.policy, event.day];
  }
  return policy;
}

type ResendPlan = Extract<EventPlan, { readonly kind: 'resend' | 'resend-changed' }>;

/** What events do to a sender on a day. */
export interface Disturbance {
  /** Factor on its volume. */
  readonly volume: number;
  /** Part of its messages whose DKIM or SPF fails, beside those that fail anyway. */
  readonly dkim: number;
  readonly spf: number;
}

/** All events of a scenario, and how much traffic each has had. */
export class Events {
  readonly #events: readonly EventPlan[];
  readonly #messages: number[];
  readonly #resent = new Set<EventPlan>();

  constructor(events: readonly EventPlan[]) {
    this.#events = events;
    this.#messages = events.map(() => 0);
  }

  disturbance(sender: SenderPlan, day: number): Disturbance {
    let [volume, dkim, spf] = [1, 0, 0];
    for (const event of this.#events) {
      if (!isOn(event, day)) continue;
      if (event.kind === 'dkim-break' && event.sender === sender.name) dkim = Math.max(dkim, event.share);
      if (event.kind === 'spf-break' && event.sender === sender.name) spf = Math.max(spf, event.share);
      if (event.kind !== 'volume-spike' && event.kind !== 'volume-drop') continue;
      if (event.domain === sender.domain && (event.sender ?? sender.name) === sender.name)
        volume *= event.factor;
    }
    return { volume, dkim, spf };
  }

  isSilent(reporter: string, day: number): boolean {
    return this.#events.some(
      (event) => event.kind === 'reporter-silent' && event.reporter === reporter && isOn(event, day),
    );
  }

  /** Part of a domain's failing messages that a reporter delivers whatever the policy asks for, without a reason. */
  violation(reporter: string, domain: string, day: number): number {
    return this.#largest(day, (event) =>
      event.kind === 'policy-violation' && event.reporter === reporter && event.domain === domain
        ? event.share
        : 0,
    );
  }

  /** Part of the TLS sessions with a domain that fails; 0 where no event says so. */
  tlsFailures(domain: string, day: number): number {
    return this.#largest(day, (event) =>
      event.kind === 'tls-failures' && event.domain === domain ? event.share : 0,
    );
  }

  /** Files of this reporter that nobody can read. */
  unreadable(reporter: string, day: number): number {
    return this.#largest(day, (event) =>
      event.kind === 'unreadable' && event.reporter === reporter ? event.perDay : 0,
    );
  }

  #largest(day: number, value: (event: EventPlan) => number): number {
    return Math.max(0, ...this.#events.filter((event) => isOn(event, day)).map(value));
  }

  /** Copies of this reporter's report about a domain, in which the traffic of these days stands, that are sent. */
  resends(reporter: string, domain: string, firstDay: number, last: number): ResendPlan[] {
    const events = this.#events.flatMap((event) =>
      (event.kind === 'resend' || event.kind === 'resend-changed') &&
      event.reporter === reporter &&
      event.domain === domain &&
      event.day >= firstDay &&
      event.day <= last
        ? [event]
        : [],
    );
    for (const event of events) this.#resent.add(event);
    return events;
  }

  /** Counts messages of a sender towards the events that they belong to. */
  count(sender: SenderPlan, day: number, messages: number): void {
    for (const [index, event] of this.#events.entries()) {
      if (!isOn(event, day) || !('domain' in event ? event.domain === sender.domain : true)) continue;
      const wanted = event.kind === 'spoofing-burst' ? burstName(index) : senderOf(event);
      if (wanted === undefined ? event.kind.startsWith('volume-') : wanted === sender.name)
        this.#messages[index] = (this.#messages[index] ?? 0) + messages;
    }
  }

  #hasHappened(index: number): boolean {
    const event = this.#events[index];
    return event !== undefined && (!event.kind.startsWith('resend') || this.#resent.has(event));
  }

  /** In order of their first day; without copies of reports that were never made, for want of messages. */
  truth(scenario: Scenario, days: Calendar): TruthEvent[] {
    const domainOf = (event: EventPlan): string | null => {
      if ('domain' in event) return event.domain;
      return scenario.senders.find((sender) => sender.name === senderOf(event))?.domain ?? null;
    };
    return this.#events
      .map((event, index) => ({
        kind: event.kind,
        firstDay: days.date(event.day),
        lastDay: days.date(lastDay(event)),
        domain: domainOf(event),
        sender: event.kind === 'spoofing-burst' ? burstName(index) : (senderOf(event) ?? null),
        reporter: 'reporter' in event ? event.reporter : null,
        messages: WITH_TRAFFIC.has(event.kind) ? (this.#messages[index] ?? 0) : null,
      }))
      .filter((_, index) => this.#hasHappened(index))
      .sort((a, b) => a.firstDay.localeCompare(b.firstDay));
  }
}
