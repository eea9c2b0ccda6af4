import type { Alert } from '../../core/alert/alert.js';
import type { AlertsResult } from '../../core/operations/alert/list.js';
import { ask, type Asked } from '../ask.js';
import type { Button, Card, Tone } from '../card.js';
import { ago, count, counted, type Moment } from '../figures.js';
import { nameOf, shortened } from './alert-words.js';
import { nextButton } from './questions.js';

const LONGEST = 160;
/** Alerts that a button leads to. */
const BUTTONS = 3;

/** Alerts, latest first, and how many there are. */
export function alertsCard({ state, items, counts, next }: AlertsResult, input: Asked, now: Moment): Card {
  return {
    title: 'Alerts',
    tone: toneOf(items, counts),
    verdict: verdictOf(counts),
    parts:
      items.length === 0
        ? []
        : [
            {
              type: 'table',
              title: null,
              columns: ['Alert', 'What', 'Domain', 'State', 'Opened'].map((name) => ({
                name,
                align: 'left',
              })),
              rows: items.map((one) => [
                String(one.id),
                `${nameOf(one)}: ${shortened(one.finding.says, LONGEST)}`,
                one.domain ?? '',
                stateText(one),
                ago(one.openedAt, now),
              ]),
              more: next === null ? null : 'There are more.',
            },
          ],
    advice: null,
    buttons: [
      ...nextButton('alerts', [], input, next),
      ...items.slice(0, BUTTONS).map(({ id }): Button => ({ label: `Alert ${id}`, command: `alert ${id}` })),
      ...(state === 'all'
        ? []
        : [{ label: 'All alerts', command: ask('alerts', [], { ...plain(input), state: 'all' }) }]),
      { label: 'Suppressions', command: 'suppressions' },
    ],
    form: null,
    footer: items.length === 0 ? null : `${state}, latest first`,
  };
}

function plain({ cursor: _cursor, state: _state, limit: _limit, ...rest }: Asked): Asked {
  return rest;
}

function verdictOf({ open, acknowledged, resolved }: AlertsResult['counts']): string {
  if (open + acknowledged === 0)
    return resolved === 0
      ? 'There has been no alert yet.'
      : `Nothing is open; ${counted(resolved, 'alert')} resolved.`;
  return `${counted(open, 'alert')} open, ${count(acknowledged)} acknowledged.`;
}

function toneOf(items: readonly Alert[], { open, acknowledged }: AlertsResult['counts']): Tone {
  if (open + acknowledged === 0) return 'good';
  return items.some(({ state, severity }) => state === 'open' && severity === 'critical') ? 'bad' : 'warning';
}

function stateText({ state, severity, assignee, snoozedUntil }: Alert): string {
  if (state === 'resolved') return 'resolved';
  const who = assignee === null ? '' : `, ${assignee.name}`;
  return `${state}, ${severity}${who}${snoozedUntil === null ? '' : ', snoozed'}`;
}
