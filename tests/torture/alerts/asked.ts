import type { Asked } from './alert-child.js';
import { DOMAINS, PEOPLE, type Step } from './plan.js';

type Clicked = Extract<Step, { do: 'click' }>;
type Suppressed = Extract<Step, { do: 'suppress' }>;

/** What a press of a button asks for; `seen` is the version on its card, and null for a command that was typed. */
export function clickOf(
  { click, hours, person: number }: Clicked,
  id: number,
  seen: number | null,
  person: string,
): Asked {
  const state = { id, ...(seen !== null && { seen }) };
  const asked = (operation: string, input: Readonly<Record<string, unknown>>): Asked => ({
    do: 'perform',
    operation,
    input,
    person,
  });
  switch (click) {
    case 'snooze':
      return asked('snooze', { ...state, hours });
    case 'wake':
      return asked('snooze', { id, hours: 0 });
    case 'assign':
      return asked('assign', { id, to: hours % 4 === 0 ? 'nobody' : `${PEOPLE[number] ?? ''}@example.com` });
    case 'note':
      return asked('note', { id, note: `seen by ${person}` });
    default:
      return asked(click, state);
  }
}

export function suppressionOf({ domain, rule, severity, hours, daily }: Suppressed): Asked {
  const input = {
    ...(domain !== null && { domain: DOMAINS[domain] }),
    ...(rule !== null && { rule }),
    ...(severity !== null && { severity }),
    reason: 'work on it',
    ...(daily === null
      ? { hours }
      : {
          rrule: `FREQ=DAILY;COUNT=3;BYHOUR=${hours % 24};BYMINUTE=0;BYSECOND=0`,
          minutes: daily,
          hours: 96,
        }),
  };
  return { do: 'perform', operation: 'suppress', input, person: 'ada' };
}
