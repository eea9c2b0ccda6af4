import type { ReportsResult } from '../../core/operations/reports.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Card } from '../card.js';
import { count, counted, percent, type Moment } from '../figures.js';
import { footer, subject } from './parts.js';
import { nextButton, periodButtons } from './questions.js';

/** Reports that came in, latest first. */
export function reportsCard(result: ReportsResult, input: Asked, now: Moment): Card {
  const { domain, range, items, next } = result;
  const title = `Reports on ${subject(domain)}`;
  const odd = items.filter((item) => item.problems > 0).length;
  return {
    title,
    tone: items.length === 0 || odd > 0 ? 'neutral' : 'good',
    verdict:
      items.length === 0
        ? `No report on ${subject(domain)} in this period.`
        : `${counted(items.length, 'report')}${next === null ? '' : ' on this page'}; ${odd === 0 ? 'none with problems' : `${count(odd)} with problems`}.`,
    parts:
      items.length === 0
        ? []
        : [
            {
              type: 'table',
              title: null,
              columns: [
                { name: 'No.', align: 'right' },
                { name: 'Day', align: 'left' },
                { name: 'Reporter', align: 'left' },
                ...(domain === null ? [{ name: 'Domain', align: 'left' as const }] : []),
                { name: 'Messages', align: 'right' },
                { name: 'Pass', align: 'right' },
                { name: 'Problems', align: 'right' },
              ],
              rows: items.map((item) => [
                String(item.id),
                item.lastDay,
                item.reporter,
                ...(domain === null ? [item.domain] : []),
                count(item.messages),
                percent(item.dmarcPass, item.messages),
                item.problems === 0 ? '–' : count(item.problems),
              ]),
              more: next === null ? null : 'There are more.',
            },
          ],
    advice: items.length === 0 ? 'Ask for a longer period, or see status for what came in.' : null,
    buttons: [
      ...items
        .toSorted((a, b) => b.problems - a.problems)
        .slice(0, 2)
        .map((item) => ({ label: `Report ${item.id}`, command: ask('report', [String(item.id)]) })),
      ...nextButton('reports', [domain], input, next),
      { label: 'Problems', command: ask('problems', [domain]) },
      ...periodButtons('reports', [domain], range, input),
    ],
    form: null,
    footer: footer(range, input, now),
  };
}
