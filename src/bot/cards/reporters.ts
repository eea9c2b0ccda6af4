import type { ReportersResult } from '../../core/operations/reports.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Card } from '../card.js';
import { ago, count, counted, percent, dayText, type Moment } from '../figures.js';
import { noDaysCard } from './follow-up.js';
import { footer, subject } from './parts.js';
import { follow, nextButton, periodButtons } from './questions.js';

/** A regular reporter sends once a day; after so many days without, people should look. */
const SILENT_DAYS = 3;
const DAY_MS = 86_400_000;

/** Who sends reports, and whether they still do. */
export function reportersCard(result: ReportersResult, input: Asked, now: Moment): Card {
  const { domain, range, items, next, lastReport: last } = result;
  const title = `Reporters of ${subject(domain)}`;
  const [first] = items;
  if (first === undefined) return noDaysCard(title, 'reporters', result, input, now);
  const silent = last !== null && now.getTime() - Date.parse(last) > SILENT_DAYS * DAY_MS;
  return {
    title,
    tone: silent ? 'warning' : 'good',
    verdict: `${counted(result.count, 'reporter')}; ${first.reporter} saw ${percent(first.figures.messages, result.figures.messages)} of ${counted(result.figures.messages, 'message')}.${
      last === null ? '' : ` The last report came ${ago(last, now)}.`
    }`,
    parts: [
      {
        type: 'table',
        title: null,
        columns: [
          { name: 'Reporter', align: 'left' },
          { name: 'Reports', align: 'right' },
          { name: 'Days', align: 'right' },
          { name: 'Messages', align: 'right' },
          { name: 'Pass', align: 'right' },
          { name: 'Last report', align: 'left' },
        ],
        rows: items.map(({ reporter, reports, days, figures, lastReport }) => [
          reporter,
          count(reports),
          count(days),
          count(figures.messages),
          percent(figures.dmarcPass, figures.messages),
          lastReport === null ? '–' : dayText(lastReport.slice(0, 10), now),
        ]),
        more: next === null ? null : 'There are more.',
      },
    ],
    advice: silent
      ? 'Nothing has come lately: check the rua address and the mailbox that takes reports in.'
      : null,
    buttons: [
      ...nextButton('reporters', [domain], input, next),
      { label: 'Reports', command: ask('reports', [domain], { from: range.from, to: range.to }) },
      follow('Summary', 'summary', domain, range, {}),
      ...periodButtons('reporters', [domain], range, input),
    ],
    form: null,
    footer: footer(range, input, now),
  };
}
