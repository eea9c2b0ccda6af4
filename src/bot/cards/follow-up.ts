import type { TimelineResult } from '../../core/operations/series.js';
import type { Asked } from '../ask.js';
import type { Button, Card } from '../card.js';
import type { Moment } from '../figures.js';
import { noMessagesCard, subject } from './parts.js';
import { follow, periodButtons } from './questions.js';

/** What the questions about days have in common. */
type Answer = Pick<TimelineResult, 'domain' | 'range' | 'lastReceived' | 'figures'>;

/** A question about a domain's days that no message answers. */
export function noDaysCard(title: string, name: string, result: Answer, input: Asked, now: Moment): Card {
  const { domain, range } = result;
  return noMessagesCard({
    title,
    of: subject(domain),
    range,
    input,
    now,
    lastReport: result.lastReceived,
    buttons: [
      follow('Summary', 'summary', domain, range, {}),
      ...periodButtons(name, [domain], range, input),
    ],
  });
}

/** The other questions about the same days, then other periods. */
export function otherQuestions(name: string, { domain, range }: Answer, input: Asked): Button[] {
  return [
    ...(['sources', 'summary', 'timeline', 'failures', 'alignment'] as const)
      .filter((other) => other !== name)
      .slice(0, 3)
      .map((other) =>
        follow(`${other.slice(0, 1).toUpperCase()}${other.slice(1)}`, other, domain, range, input),
      ),
    ...periodButtons(name, [domain], range, input),
  ];
}
