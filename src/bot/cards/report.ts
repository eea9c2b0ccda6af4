import type { ReportItem, ReportResult } from '../../core/operations/reports.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Card, CardPart, Fact } from '../card.js';
import { count, counted, moment, type Moment } from '../figures.js';
import { shareSentence } from './parts.js';
import { policyText } from './policy.js';
import { nextButton } from './questions.js';

const PROBLEMS_LISTED = 5;

/** One report: who says what of whom, its rows and its problems. */
export function reportCard(result: ReportResult, input: Asked, now: Moment): Card {
  const { domain, reporter, problems } = result;
  return {
    title: `Report ${result.id} by ${reporter} on ${domain}`,
    tone: problems > 0 ? 'warning' : 'good',
    verdict: `${shareSentence(result)} ${problems === 0 ? 'Nothing odd about the report.' : `${counted(problems, 'problem')} with the report.`}`,
    parts: [{ type: 'facts', facts: reportFacts(result, now) }, rowsTable(result), ...problemsTable(result)],
    advice: null,
    buttons: [
      ...nextButton('report', [String(result.id)], { ...input, report: undefined }, result.next),
      { label: 'Summary', command: ask('summary', [domain], { from: result.firstDay, to: result.lastDay }) },
      { label: `Reports by ${reporter}`, command: ask('reports', [domain], { reporter, days: 30 }) },
    ],
    form: null,
    footer: `received ${moment(result.receivedAt, now)}`,
  };
}

function reportFacts(result: ReportResult, now: Moment): Fact[] {
  const { policy, errors, reporter } = result.header;
  return [
    { name: 'Period', value: `${whenOf(result.begin, now)} to ${whenOf(result.end, now)}` },
    { name: 'Rows', value: count(result.records) },
    { name: 'Report id', value: result.reportId ?? '(none)' },
    ...(reporter.email === null ? [] : [{ name: 'From', value: reporter.email }]),
    { name: 'Policy', value: policyText(policy) },
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

function whenOf(time: ReportItem['begin'], now: Moment): string {
  return time === null ? '(not said)' : moment(time, now);
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
