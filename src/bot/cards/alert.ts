import type { Alert } from '../../core/alert/alert.js';
import type { Evidence, Identifier } from '../../core/alert/finding.js';
import { worstOf } from '../../core/alert/grouping.js';
import { addDays } from '../../core/analysis/range.js';
import type { AlertSubject } from '../../core/operations/alert/subject.js';
import type { Card, CardPart, Fact } from '../card.js';
import { ago, count, counted, dayText, moment, type Moment } from '../figures.js';
import {
  actionsOf,
  doneText,
  measured,
  nameOf,
  saysOf,
  shortened,
  stateOf,
  titleOf,
  toneOf,
} from './alert-words.js';

/** Bounds of one card; `alert N` and `sources` tell the rest. */
const IDENTIFIERS = 3;
const ADDRESSES = 5;
const FACTS = 6;
const MEMBERS = 10;
const LONGEST_VALUE = 200;
/** Fewer days are no chart, and more are no small one. */
const FEWEST_DAYS = 3;
const MOST_DAYS = 60;

/** An alert where it is told: what happened, what shows it, what to do, and what can be pressed in this state. */
export function alertCard(subject: AlertSubject, now: Moment): Card {
  const { alert, members } = subject;
  const open = members.filter(({ state }) => state !== 'resolved');
  const over = alert.state === 'resolved';
  return {
    title: titleOf(alert),
    tone: toneOf(alert, members),
    verdict: `${stateOf(alert, worstOf(alert, open))}. ${saysOf(alert)}`,
    parts: [
      { type: 'facts', facts: [...standing(subject, now), ...(over ? [] : evidenceFacts(alert, now))] },
      ...(over ? [] : chartOf(alert)),
      ...memberTable(members),
    ],
    advice: over ? null : shortened(alert.finding.fix, LONGEST_VALUE),
    buttons: [...actionsOf(alert), { label: 'Details', command: `alert ${alert.id}` }],
    form: null,
    footer: `${alert.rule} · as of ${dayText(alert.finding.day, now)} (UTC) · found on ${counted(alert.timesFound, 'day')}`,
  };
}

/** How it stands, and who did what. */
export function standing({ alert, note }: Pick<AlertSubject, 'alert' | 'note'>, now: Moment): Fact[] {
  const { acknowledged, resolved, assignee, snoozedUntil, clearSince, state } = alert;
  return facts([
    ['Opened', moment(alert.openedAt, now), ago(alert.openedAt, now)],
    state === 'acknowledged' && acknowledged !== null ? ['Acknowledged', doneText(acknowledged, now)] : null,
    resolved === null ? null : ['Resolved', doneText(resolved, now)],
    snoozedUntil === null ? null : ['Snoozed until', moment(snoozedUntil, now)],
    assignee === null ? null : ['Assigned to', assignee.name],
    clearSince === null || state === 'resolved'
      ? null
      : ['Not found since', moment(clearSince, now), 'it ends by itself if that stays so'],
    alert.escalation === 0 || state !== 'open' ? null : ['Escalated', 'nobody acknowledged it in time'],
    note?.note == null ? null : ['Note', note.note, doneText(note, now)],
  ]);
}

/** What shows that it is so. */
export function evidenceFacts({ finding }: Alert, now: Moment): Fact[] {
  const { measure, evidence } = finding;
  const against = [
    `threshold ${measured(measure.threshold, measure.unit)}`,
    ...(measure.baseline === null ? [] : [`usually ${measured(measure.baseline, measure.unit)}`]),
  ].join(', ');
  return facts([
    [sentenceCase(measure.name), measured(measure.value, measure.unit), against],
    sourceFact(evidence),
    measure.unit === 'messages' ? null : messagesFact(evidence),
    identifiers('DKIM', evidence.dkim),
    identifiers('SPF', evidence.spf),
    evidence.firstSeen === null ? null : ['First seen', `${dayText(evidence.firstSeen, now)} (UTC)`],
    ...evidence.facts.slice(0, FACTS).map(({ name, value }): FactWords => [name, value]),
  ]);
}

type FactWords = readonly [name: string, value: string, note?: string];

function facts(words: readonly (FactWords | null)[]): Fact[] {
  return words.flatMap((one) => {
    if (one === null) return [];
    const [name, value, note] = one;
    const fact = { name: shortened(name, LONGEST_VALUE), value: shortened(value, LONGEST_VALUE) };
    return [note === undefined ? fact : { ...fact, note: shortened(note, LONGEST_VALUE) }];
  });
}

function messagesFact({ messages, failing }: Evidence): FactWords | null {
  if (messages === null) return null;
  return failing === null
    ? ['Messages', count(messages)]
    : ['Messages', count(messages), `${count(failing)} failing`];
}

function sourceFact({ sender, addresses }: Evidence): FactWords | null {
  const some = addresses.slice(0, ADDRESSES).join(', ');
  if (sender === null) return some === '' ? null : ['Sources', some];
  return some === '' ? ['Source', sender] : ['Source', sender, some];
}

function identifiers(name: string, list: readonly Identifier[]): FactWords | null {
  if (list.length === 0) return null;
  const words = list
    .slice(0, IDENTIFIERS)
    .map(({ domain, selector, result }) => `${domain}${selector === null ? '' : ` (${selector})`} ${result}`);
  const more = list.length - words.length;
  return [name, [...words, ...(more > 0 ? [`and ${count(more)} more`] : [])].join(', ')];
}

/** The measure by day. Only what charts have a unit for. */
export function chartOf({ finding }: Alert): CardPart[] {
  const { measure, evidence } = finding;
  const known = evidence.days.filter(({ day }) => !Number.isNaN(Date.parse(day)));
  const last = known.at(-1)?.day;
  const first = known[0]?.day;
  if (first === undefined || last === undefined) return [];
  if (measure.unit !== 'messages' && measure.unit !== 'fraction') return [];
  const days: string[] = [];
  for (let day = last; day >= first && days.length < MOST_DAYS; day = addDays(day, -1)) days.unshift(day);
  if (days.length < FEWEST_DAYS) return [];
  const percent = measure.unit === 'fraction';
  const values = new Map(known.map(({ day, value }) => [day, percent ? value * 100 : value]));
  const title = sentenceCase(shortened(measure.name, LONGEST_VALUE));
  return [
    {
      type: 'chart',
      shape: 'days',
      title,
      days,
      series: [
        {
          name: measure.name,
          tone: 'bad',
          values: days.map((day) => values.get(day) ?? (percent ? null : 0)),
          as: percent ? 'line' : 'bars',
        },
      ],
      unit: percent ? 'percent' : 'messages',
      alt: `${title} from ${days[0] ?? first} to ${last}: ${measured(measure.value, measure.unit)} at the end.`,
    },
  ];
}

/** What is told on the same card. */
export function memberTable(members: readonly Alert[]): CardPart[] {
  if (members.length === 0) return [];
  const open = members.filter(({ state }) => state !== 'resolved');
  const listed = [...open, ...members.filter(({ state }) => state === 'resolved')].slice(0, MEMBERS);
  const more = members.length - listed.length;
  return [
    {
      type: 'table',
      title: 'With it',
      columns: ['Alert', 'What', 'Source', 'State'].map((name) => ({ name, align: 'left' })),
      rows: listed.map((one) => [
        String(one.id),
        nameOf(one),
        one.sender ?? '',
        one.state === 'resolved' ? 'resolved' : `${one.state}, ${one.severity}`,
      ]),
      more: more > 0 ? `and ${counted(more, 'more', 'more')}` : null,
    },
  ];
}

function sentenceCase(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
