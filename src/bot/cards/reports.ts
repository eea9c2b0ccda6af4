import type {
  ReportersResult,
  ReportItem,
  ReportResult,
  ReportsResult,
} from '../../core/operations/reports.js';
import { sumFigures } from '../../core/analysis/figures.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Card, CardPart, Fact } from '../card.js';
import { ago, count, counted, moment, percent } from '../figures.js';
import { follow, footer, nextButton, noMessagesCard, periodButtons, subject } from './parts.js';

const REPORTERS_LISTED = 20;
const PROBLEMS_LISTED = 5;
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

/** Reports that came in, latest first. */
export function reportsCard(result: ReportsResult, input: Asked, now: Date): Card {
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
        .slice(0, 2)
        .map((item) => ({ label: `Report ${item.id}`, command: ask('report', [String(item.id)]) })),
      ...nextButton('reports', [domain], input, next),
      { label: 'Problems', command: ask('problems', [domain]) },
      ...periodButtons('reports', [domain], range, input),
    ],
    footer: footer(range, input, now),
  };
}

/** One report: who says what of whom, its rows and its problems. */
export function reportCard(result: ReportResult, input: Asked): Card {
  const { domain, reporter, messages, dmarcPass, records, problems } = result;
  return {
    title: `Report ${result.id} by ${reporter}`,
    tone: problems > 0 ? 'warning' : 'good',
    verdict: `${percent(dmarcPass, messages)} of ${counted(messages, 'message')} of ${domain} pass, in ${counted(records, 'row')}. ${
      problems === 0 ? 'Nothing odd about it.' : `${counted(problems, 'problem')} with it.`
    }`,
    parts: [{ type: 'facts', facts: reportFacts(result) }, rowsTable(result), ...problemsTable(result)],
    advice: null,
    buttons: [
      ...nextButton('report', [String(result.id)], { ...input, report: undefined }, result.next),
      { label: 'Summary', command: ask('summary', [domain], { from: result.firstDay, to: result.lastDay }) },
      { label: `Reports by ${reporter}`, command: ask('reports', [domain], { reporter, days: 30 }) },
    ],
    footer: `received ${moment(result.receivedAt)}`,
  };
}

function reportFacts(result: ReportResult): Fact[] {
  const { policy, errors, reporter } = result.header;
  const tags = (['p', 'sp', 'np', 'pct', 'adkim', 'aspf'] as const).flatMap((name) =>
    policy[name] === null ? [] : [`${name}=${policy[name]}`],
  );
  return [
    { name: 'Period', value: `${whenOf(result.begin)} to ${whenOf(result.end)}` },
    { name: 'Report id', value: result.reportId ?? '(none)' },
    ...(reporter.email === null ? [] : [{ name: 'From', value: reporter.email }]),
    { name: 'Policy', value: tags.length === 0 ? '(none said)' : tags.join(' ') },
    ...(result.versions > 1
      ? [
          {
            name: 'Versions',
            value: count(result.versions),
            note: 'with other rows each; their union counts',
          },
        ]
      : []),
    ...errors.slice(0, 3).map((error) => ({ name: 'Error', value: error })),
  ];
}

function whenOf(time: ReportItem['begin']): string {
  return time === null ? '(not said)' : moment(time);
}

function rowsTable({ rows, next }: ReportResult): CardPart {
  return {
    type: 'table',
    title: 'Rows',
    columns: [
      { name: 'Source', align: 'left' },
      { name: 'Messages', align: 'right' },
      { name: 'DKIM', align: 'left' },
      { name: 'SPF', align: 'left' },
      { name: 'Disposition', align: 'left' },
      { name: 'From', align: 'left' },
    ],
    rows: rows.map((row) => [
      row.sourceIp ?? '(none)',
      count(row.count),
      row.dkim ?? '–',
      row.spf ?? '–',
      row.disposition ?? '–',
      row.headerFrom ?? '–',
    ]),
    more: next === null ? null : 'There are more.',
  };
}

function problemsTable({ problemList }: ReportResult): CardPart[] {
  if (problemList.length === 0) return [];
  return [
    {
      type: 'facts',
      facts: problemList.slice(0, PROBLEMS_LISTED).map((problem) => ({
        name: problem.code,
        value: problem.message,
        ...(problem.where === null ? {} : { note: problem.where }),
      })),
    },
    ...(problemList.length > PROBLEMS_LISTED
      ? [
          {
            type: 'text' as const,
            text: `and ${counted(problemList.length - PROBLEMS_LISTED, 'more problem')}`,
          },
        ]
      : []),
  ];
}
