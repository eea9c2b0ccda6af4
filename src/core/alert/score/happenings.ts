import type { EventPlan, Scenario } from '../../sample/scenario-schema.js';

/** The events of a scenario, with those that its senders and reporters make by their first and last days. */
export function happenings(scenario: Scenario): EventPlan[] {
  const { events, senders, reporters, days } = scenario;
  const named = (kind: EventPlan['kind'], sender: string) =>
    events.some((event) => event.kind === kind && 'sender' in event && event.sender === sender);
  return [
    ...events,
    ...senders.flatMap(({ name, from, until = days }): EventPlan[] => [
      ...(from > 1 && !named('new-sender', name)
        ? [{ kind: 'new-sender' as const, day: from, sender: name }]
        : []),
      ...(until < days && !named('sender-gone', name)
        ? [{ kind: 'sender-gone' as const, day: until + 1, sender: name }]
        : []),
    ]),
    ...reporters.flatMap(({ domain, until = days }): EventPlan[] =>
      until < days ? [{ kind: 'reporter-silent', day: until + 1, days: days - until, reporter: domain }] : [],
    ),
  ];
}
