import type { AlertChanged } from '../../core/operations/alert/act.js';
import type { OursResult } from '../../core/operations/alert/ours.js';
import type { Card } from '../card.js';
import { counted, moment, type Moment } from '../figures.js';
import { actionsOf, titleOf, toneOf } from './alert-words.js';

/** Alerts that are named and that buttons lead to. */
const LEFT_BUTTONS = 2;

type Say = (changed: AlertChanged, now: Moment) => string;

const saying =
  (say: Say) =>
  (changed: AlertChanged, _input: unknown, now: Moment): Card => {
    const { alert, also, left } = changed;
    return {
      title: titleOf(alert),
      tone: toneOf(alert, []),
      verdict: `${say(changed, now)}${also === 0 ? '' : ` So ${also === 1 ? 'is one' : `are ${also}`} more on its card.`}${leftText(left)}`,
      parts: [],
      advice: null,
      buttons: [
        ...actionsOf(alert),
        { label: 'Details', command: `alert ${alert.id}` },
        ...left.slice(0, LEFT_BUTTONS).map((id) => ({ label: `Alert ${id}`, command: `alert ${id}` })),
      ],
      form: null,
      footer: null,
    };
  };

/** What its presser did not see is said, and is one press away. */
function leftText(left: readonly number[]): string {
  if (left.length === 0) return '';
  const named = left.slice(0, LEFT_BUTTONS).join(', ');
  const more = left.length > LEFT_BUTTONS ? ` and ${left.length - LEFT_BUTTONS} more` : '';
  return left.length === 1
    ? ` Alert ${named} came to its card since you looked, and stays as it is.`
    : ` Alerts ${named}${more} came to its card since you looked, and stay as they are.`;
}

/** What was done to an alert, for who did it. */
export const acknowledgedCard = saying(({ alert }) => `Alert ${alert.id} is acknowledged.`);
export const unacknowledgedCard = saying(({ alert }) => `Alert ${alert.id} is open again.`);
export const resolvedCard = saying(({ alert }) => `Alert ${alert.id} is resolved.`);
export const reopenedCard = saying(({ alert }) => `Alert ${alert.id} is open again.`);
export const notedCard = saying(({ alert }) => `The note is in the history of alert ${alert.id}.`);
export const snoozedCard = saying(({ alert }, now) =>
  alert.snoozedUntil === null
    ? `Alert ${alert.id} is not put off any more.`
    : `Alert ${alert.id} is put off until ${moment(alert.snoozedUntil, now)}.`,
);
export const assignedCard = saying(({ alert }) =>
  alert.assignee === null
    ? `Alert ${alert.id} is assigned to nobody.`
    : `Alert ${alert.id} is assigned to ${alert.assignee.name}.`,
);

/** That a network is known from now on. */
export function oursCard({ domain, network, changed, resolved }: OursResult): Card {
  const known = changed
    ? `is known as a sender of ${domain} now`
    : `was known as a sender of ${domain} already`;
  const ended = resolved.length === 0 ? '' : ` ${counted(resolved.length, 'alert')} about it ended.`;
  return {
    title: `${network} is ours`,
    tone: 'good',
    verdict: `${network} ${known}.${ended}`,
    parts: [],
    advice:
      'If its mail fails, let it sign with DKIM as the domain, or send from an address that SPF allows.',
    buttons: [
      { label: 'Source', command: `source ${network} ${domain}` },
      { label: 'Alerts', command: 'alerts' },
    ],
    form: null,
    footer: null,
  };
}
