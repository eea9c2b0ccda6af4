import type { AlertChanged } from '../../core/operations/alert/act.js';
import type { OursResult } from '../../core/operations/alert/ours.js';
import type { Card } from '../card.js';
import { counted, moment, type Moment } from '../figures.js';
import { actionsOf, titleOf, toneOf } from './alert-words.js';

type Say = (changed: AlertChanged, now: Moment) => string;

const saying =
  (say: Say) =>
  (changed: AlertChanged, _input: unknown, now: Moment): Card => {
    const { alert, also } = changed;
    return {
      title: titleOf(alert),
      tone: toneOf(alert, []),
      verdict: `${say(changed, now)}${also === 0 ? '' : ` So ${also === 1 ? 'is one' : `are ${also}`} more on its card.`}`,
      parts: [],
      advice: null,
      buttons: [...actionsOf(alert), { label: 'Details', command: `alert ${alert.id}` }],
      form: null,
      footer: null,
    };
  };

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
