import { worstOf } from '../../core/alert/grouping.js';
import type { AlertEvent, AlertResult } from '../../core/operations/alert/list.js';
import { ask } from '../ask.js';
import type { Card, CardPart } from '../card.js';
import { counted, dayText, moment, type Moment } from '../figures.js';
import { sentenceOf } from './alert-reply.js';
import { actionsOf, saysOf, shortened, stateOf, titleOf, toneOf } from './alert-words.js';
import { chartOf, evidenceFacts, memberTable, standing } from './alert.js';

const LONGEST = 300;

/** An alert with all of its evidence and history. */
export function alertDetailsCard(result: AlertResult, _input: unknown, now: Moment): Card {
  const { alert, lead, members } = result;
  return {
    title: titleOf(alert),
    tone: toneOf(alert, members),
    verdict: `${stateOf(alert, worstOf(alert, members))}. ${saysOf(alert)}`,
    parts: [
      { type: 'facts', facts: [...standing(result, now), ...evidenceFacts(alert, now)] },
      ...chartOf(alert),
      ...memberTable(members),
      ...historyTable(result, now),
    ],
    advice: alert.state === 'resolved' ? null : shortened(alert.finding.fix, LONGEST),
    buttons: [
      ...actionsOf(alert),
      ...(lead === null ? [] : [{ label: `Alert ${lead.id}`, command: `alert ${lead.id}` }]),
      { label: 'Why', command: `why ${alert.id}` },
      ...(alert.domain === null ? [] : [{ label: 'Summary', command: ask('summary', [alert.domain]) }]),
    ],
    form: null,
    footer: [
      alert.rule,
      ...(lead === null ? [] : [`told with alert ${lead.id}`]),
      `as of ${dayText(alert.finding.day, now)} (UTC)`,
      `found on ${counted(alert.timesFound, 'day')}`,
    ].join(' · '),
  };
}

function historyTable({ history, alert }: AlertResult, now: Moment): CardPart[] {
  if (history.length === 0) return [];
  return [
    {
      type: 'table',
      title: 'History',
      columns: ['When', 'Who', 'What'].map((name) => ({ name, align: 'left' })),
      rows: history.map((event) => [
        moment(event.at, now),
        event.by,
        shortened(whatOf(event, alert), LONGEST),
      ]),
      more: null,
    },
  ];
}

function whatOf({ kind, note, details, by }: AlertEvent, alert: AlertResult['alert']): string {
  const text = (name: string) => (typeof details[name] === 'string' ? details[name] : null);
  const word = WORDS[kind] ?? sentenceOf({ kind, by }, alert);
  const more = [text('to'), text('until'), note].filter((one) => one !== null);
  return [word, ...more].join(': ');
}

/** Shorter than on a card of its own: who did it stands beside it. */
const WORDS: Readonly<Partial<Record<AlertEvent['kind'], string>>> = {
  opened: 'opened',
  worse: 'became worse',
  acknowledged: 'acknowledged',
  unacknowledged: 'took the acknowledgement back',
  resolved: 'resolved',
  reopened: 'reopened',
  snoozed: 'put off',
  woken: 'not put off any more',
  assigned: 'assigned',
  unassigned: 'assigned to nobody',
  noted: 'wrote',
  escalated: 'escalated: nobody had acknowledged it',
  reminded: 'reminded: nobody had resolved it',
  promoted: 'told by itself from here on',
};
