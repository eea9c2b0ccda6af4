import type { AuditItem, AuditResult } from '../../core/operations/audit.js';
import type { Asked } from '../ask.js';
import type { Card } from '../card.js';
import { counted, moment, period, type Moment } from '../figures.js';
import { nextButton } from './questions.js';

const LONGEST_INPUT = 120;

/** Who changed what, latest first. */
export function auditCard({ items, next, range }: AuditResult, input: Asked, now: Moment): Card {
  const failed = items.filter((item) => item.outcome !== 'done').length;
  return {
    title: 'Audit',
    tone: 'neutral',
    verdict:
      items.length === 0
        ? 'Nothing was changed in this period.'
        : `${next === null ? '' : 'The latest '}${counted(items.length, 'change')}${failed === 0 ? '' : `, of which ${failed} not done`}.`,
    parts:
      items.length === 0
        ? []
        : [
            {
              type: 'facts',
              facts: items.map((item) => ({ name: moment(item.at, now), value: lineText(item) })),
            },
          ],
    advice: null,
    buttons: nextButton('audit', [], input, next),
    form: null,
    footer: period(range, now),
  };
}

/** `Ada: user-role (email: bob@example.com, role: viewer); not done: user-unknown`. */
function lineText(item: AuditItem): string {
  const input = inputText(item);
  const asked = `${item.actor.name}: ${item.operation}${input === '' ? '' : ` (${input})`}`;
  return item.outcome === 'done' ? asked : `${asked}; not done: ${item.outcome}`;
}

function inputText({ input }: AuditItem): string {
  const text = Object.entries(input)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
  return text.length > LONGEST_INPUT ? `${text.slice(0, LONGEST_INPUT)}…` : text;
}
