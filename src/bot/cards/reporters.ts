import type { ReportersResult } from '../../core/operations/reports.js';
import { sumFigures } from '../../core/analysis/figures.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Card } from '../card.js';
import { ago, count, counted, percent } from '../figures.js';
import { footer, noMessagesCard, subject } from './parts.js';
import { follow, periodButtons } from './questions.js';

const REPORTERS_LISTED = 20;
/** A regular reporter sends once a day; after so many days without, people should look. */
const SILENT_DAYS = 3;
const DAY_MS = 86_400_000;

/** Who sends reports, and whether they still do. */
export function reportersCard(result: ReportersResult, input: Asked, now: Date): Card {
  const { domain, range, items } = result;
  const title = `Reporters of ${subject(domain)}`;
  const [first] = items;
  if (first === undefined)
    return noMessagesCard({
      title,
      of: subject(domain),
      range,
      input,
      now,
      lastReport: result.lastReceived,
      buttons: [
        follow('Summary', 'summary', domain, range, {}),
        ...periodButtons('reporters', [domain], range, input),
      ],
    });
  const total = sumFigures(items.map((item) => item.figures));
  const last = items.reduce<string | null>(
    (latest, { lastReport }) => (lastReport !== null && lastReport > (latest ?? '') ? lastReport : latest),
    null,
  );
  const silent = last !== null && now.getTime() - Date.parse(last) > SILENT_DAYS * DAY_MS;
  return {
    title,
    tone: silent ? 'warning' : 'good',
    verdict: `${counted(items.length, 'reporter')}; ${first.reporter} saw ${percent(first.figures.messages, total.messages)} of ${counted(total.messages, 'message')}.${
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
        rows: items
          .slice(0, REPORTERS_LISTED)
          .map(({ reporter, reports, days, figures, lastReport }) => [
            reporter,
            count(reports),
            count(days),
            count(figures.messages),
            percent(figures.dmarcPass, figures.messages),
            lastReport?.slice(0, 10) ?? '–',
          ]),
        more:
          items.length > REPORTERS_LISTED
            ? `and ${counted(items.length - REPORTERS_LISTED, 'more reporter')}`
            : null,
      },
    ],
    advice: silent
      ? 'Nothing has come lately: check the rua address and the mailbox that takes reports in.'
      : null,
    buttons: [
      { label: 'Reports', command: ask('reports', [domain], { from: range.from, to: range.to }) },
      follow('Summary', 'summary', domain, range, {}),
      ...periodButtons('reporters', [domain], range, input),
    ],
    footer: footer(range, input, now),
  };
}
