import type { MorningAlert, MorningNotice } from '../../core/operations/alert/morning.js';
import type { Card, Tone } from '../card.js';
import { counted, moment, type Moment } from '../figures.js';
import { nameOf, shortened } from './alert-words.js';

const LISTED = 20;
const LONGEST = 200;

/** What waited in quiet hours, also what was resolved meanwhile. What is still open follows as cards of its own. */
export function morningCard({ alerts, from, until, more }: MorningNotice, now: Moment): Card {
  const open = alerts.filter(({ state }) => state !== 'resolved');
  const over = alerts.filter(({ state }) => state === 'resolved');
  const listed = [...open, ...over].slice(0, LISTED);
  const rest = alerts.length - listed.length;
  return {
    title: 'While it was quiet',
    tone: toneOf(open),
    verdict: verdictOf(open.length, over.length),
    parts: [
      {
        type: 'table',
        title: null,
        columns: ['Alert', 'What', 'Domain', 'State'].map((name) => ({ name, align: 'left' })),
        rows: listed.map((one) => [
          String(one.id),
          `${nameOf(one)}: ${shortened(one.says, LONGEST)}`,
          one.domain ?? '',
          stateOf(one),
        ]),
        more: more
          ? 'There are more: alerts state:all'
          : rest > 0
            ? `and ${counted(rest, 'more', 'more')}`
            : null,
      },
    ],
    advice: null,
    buttons: [{ label: 'Alerts', command: 'alerts' }],
    form: null,
    footer: `quiet hours from ${moment(from, now)} to ${moment(until, now)}`,
  };
}

function verdictOf(open: number, over: number): string {
  if (open === 0) return `${counted(over, 'alert')} waited, and all of that is over.`;
  const follows = `${counted(open, 'alert')} waited and ${open === 1 ? 'follows' : 'follow'}`;
  return over === 0 ? `${follows}.` : `${follows}; ${counted(over, 'more is', 'more are')} over.`;
}

function toneOf(open: readonly MorningAlert[]): Tone {
  if (open.length === 0) return 'good';
  return open.some(({ severity }) => severity !== 'info') ? 'warning' : 'neutral';
}

function stateOf({ state, severity, acknowledged, resolved }: MorningAlert): string {
  if (state === 'resolved') return `resolved${resolved === null ? '' : ` by ${resolved.by}`}`;
  if (state === 'acknowledged') return `acknowledged${acknowledged === null ? '' : ` by ${acknowledged.by}`}`;
  return `open, ${severity}`;
}
