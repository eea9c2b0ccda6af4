import type { SuppressionItem, SuppressionsResult } from '../../core/operations/alert/suppress.js';
import type { Asked } from '../ask.js';
import type { Card } from '../card.js';
import { counted, moment, type Moment } from '../figures.js';
import { shortened } from './alert-words.js';
import { nextButton } from './questions.js';

const LONGEST = 200;
const BUTTONS = 3;

/** What nothing is sent about now or later, and why. */
export function suppressionsCard({ items, next }: SuppressionsResult, input: Asked, now: Moment): Card {
  const active = items.filter(({ state }) => state === 'active').length;
  return {
    title: 'Suppressions',
    tone: 'neutral',
    verdict:
      items.length === 0
        ? 'Nothing is suppressed.'
        : `${counted(items.length, 'suppression')}, ${active} active now.`,
    parts:
      items.length === 0
        ? []
        : [
            {
              type: 'table',
              title: null,
              columns: ['No', 'What', 'When', 'State', 'Why'].map((name) => ({ name, align: 'left' })),
              rows: items.map((one) => [
                String(one.id),
                aboutText(one),
                whenText(one, now),
                one.state,
                `${shortened(one.reason, LONGEST)} (${one.created.by})`,
              ]),
              more: next === null ? null : 'There are more.',
            },
          ],
    advice: items.length === 0 ? 'For example: suppress rule:new-source domain:example.com hours:24' : null,
    buttons: [
      ...nextButton('suppressions', [], input, next),
      ...items
        .filter(({ state }) => state !== 'over')
        .slice(0, BUTTONS)
        .map(({ id }) => ({ label: `End ${id}`, command: `unsuppress ${id}` })),
      { label: 'Alerts', command: 'alerts' },
    ],
    form: null,
    footer: null,
  };
}

/** A suppression that was just made. */
export function suppressedCard(one: SuppressionItem, _input: unknown, now: Moment): Card {
  return {
    ...oneCard(one),
    tone: 'neutral',
    verdict: `Nothing is sent about ${aboutText(one)}, ${spanText(one, now)}. ${endText(one)}; cards that are posted stay true.`,
    parts: [
      {
        type: 'facts',
        facts: [{ name: 'Why', value: shortened(one.reason, LONGEST), note: one.created.by }],
      },
    ],
    buttons: [
      { label: 'End it', command: `unsuppress ${one.id}` },
      { label: 'Suppressions', command: 'suppressions' },
    ],
  };
}

/** A suppression that was just ended. */
export function unsuppressedCard(one: SuppressionItem): Card {
  return {
    ...oneCard(one),
    tone: 'good',
    verdict: `${aboutText(one)} can be told again; what waited because of it is sent now.`,
    buttons: [{ label: 'Suppressions', command: 'suppressions' }],
  };
}

function oneCard({ id }: SuppressionItem): Omit<Card, 'tone' | 'verdict' | 'buttons'> {
  return { title: `Suppression ${id}`, parts: [], advice: null, form: null, footer: null };
}

/** `warning alerts of new-source, example.com, from 192.0.2.0/24`. */
function aboutText({ rule, severity, domain, sender }: SuppressionItem): string {
  const what = `${severity === null ? '' : `${severity} `}alerts`;
  if (rule === null && severity === null && domain === null && sender === null) return 'all alerts';
  return [
    `${what}${rule === null ? '' : ` of ${rule}`}`,
    ...(domain === null ? [] : [domain]),
    ...(sender === null ? [] : [`from ${sender}`]),
  ].join(', ');
}

/** In a sentence what the list says in a few words. */
function spanText(one: SuppressionItem, now: Moment): string {
  const { until, rrule, minutes, zone } = one;
  if (rrule === null) return whenText(one, now);
  const end = until === null ? '' : ` until ${moment(until, now)}`;
  return `for ${counted(minutes ?? 0, 'minute')} each time of ${rrule} (${zone})${end}`;
}

/** One that comes again may have its end in its rule (RFC 5545 section 3.3.10). */
function endText({ until, rrule }: SuppressionItem): string {
  if (rrule === null || until !== null) return 'It ends by itself';
  return /(?:^|;)\s*(?:COUNT|UNTIL)\s*=/iu.test(rrule)
    ? 'It comes again as often as its rule says'
    : 'It comes again until somebody ends it';
}

function whenText({ from, until, rrule, minutes, zone }: SuppressionItem, now: Moment): string {
  const end = until === null ? '' : ` until ${moment(until, now)}`;
  if (rrule === null) return `from ${moment(from, now)}${end}`;
  return `${counted(minutes ?? 0, 'minute')} each, ${rrule} (${zone})${end}`;
}
