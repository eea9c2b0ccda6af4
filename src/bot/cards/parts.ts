import type { DayFigures, Figures } from '../../core/analysis/figures.js';
import type { Range } from '../../core/analysis/range.js';
import { addDays, dayOf } from '../../core/analysis/range.js';
import type { Silence } from '../../core/operations/silence.js';
import type { Compared } from '../../core/operations/summary.js';
import type { Asked } from '../ask.js';
import type { Button, Card, Chart, Fact, Tone } from '../card.js';
import {
  ago,
  change,
  count,
  counted,
  moment,
  percent,
  dayText,
  period,
  pointsChange,
  type Moment,
} from '../figures.js';
import { filterText } from './questions.js';

/** Pieces that several cards share, so that the same figure reads the same everywhere. */

/** Shares of messages that pass: from here on good, and below the second bad. Between them people should look. */
const GOOD_SHARE = 0.95;
const BAD_SHARE = 0.8;
/** Fewer days are no chart. */
const FEWEST_DAYS = 3;
/** Reports of a day come in until so many days later. */
const REPORTS_LATE_DAYS = 2;

/** A domain's name, or `all domains`. */
export function subject(domain: string | null | undefined): string {
  return domain ?? 'all domains';
}

/** The colour of a pass rate. */
export function passTone(figures: Figures): Tone {
  if (figures.messages === 0) return 'neutral';
  if (isStopped(figures)) return 'good';
  const share = figures.dmarcPass / figures.messages;
  if (share >= GOOD_SHARE) return 'good';
  return share >= BAD_SHARE ? 'warning' : 'bad';
}

/** Whether nothing passes and nothing got through either: a domain that sends no mail, as it should be. */
function isStopped({ messages, dmarcPass, quarantined, rejected }: Figures): boolean {
  return messages > 0 && dmarcPass === 0 && quarantined + rejected === messages;
}

/** `98.2 % of 41,310 messages pass.` */
export function passSentence(figures: Figures): string {
  if (isStopped(figures))
    return `${counted(figures.messages, 'message')}, all failing, and none got through.`;
  return shareSentence(figures);
}

/** The same of figures that do not say what became of the messages. */
export function shareSentence(figures: Pick<Figures, 'messages' | 'dmarcPass'>): string {
  if (figures.messages === 0) return 'There are no messages.';
  if (figures.messages === 1)
    return figures.dmarcPass === 1 ? 'The one message passes.' : 'The one message fails.';
  if (figures.dmarcPass === figures.messages) return `All ${count(figures.messages)} messages pass.`;
  if (figures.dmarcPass === 0) return `None of ${count(figures.messages)} messages pass.`;
  return `${percent(figures.dmarcPass, figures.messages)} of ${count(figures.messages)} messages pass.`;
}

/** Messages, pass rate, both alignments and what was done; with the change against the period before. */
export function figureFacts(figures: Figures, compared: Compared | null): Fact[] {
  const share = (name: string, pick: (figures: Figures) => number): Fact => {
    const value = percent(pick(figures), figures.messages);
    const points =
      compared === null
        ? null
        : pointsChange(
            { part: pick(compared.figures), of: compared.figures.messages },
            { part: pick(compared.before), of: compared.before.messages },
          );
    return points === null ? { name, value } : { name, value, note: points };
  };
  const messages: Fact = { name: 'Messages', value: count(figures.messages) };
  return [
    compared === null ? messages : { ...messages, note: changeText(compared) },
    share('DMARC pass', (f) => f.dmarcPass),
    share('DKIM aligned', (f) => f.dkimAligned),
    share('SPF aligned', (f) => f.spfAligned),
    { name: 'Disposition', value: dispositionText(figures) },
  ];
}

function changeText({ days, figures, before }: Compared): string {
  const span = `the ${counted(days, 'day')} before`;
  if (before.messages === 0) return `none in ${span}`;
  return `${change(figures.messages, before.messages)} on ${span}`;
}

/** What receivers did: `40,938 let through, 372 quarantined`. */
export function dispositionText(figures: Figures): string {
  const through = figures.messages - figures.quarantined - figures.rejected;
  const parts = [
    [through, 'let through'],
    [figures.quarantined, 'quarantined'],
    [figures.rejected, 'rejected'],
  ] as const;
  return parts
    .filter(([messages]) => messages > 0)
    .map(([messages, what]) => `${count(messages)} ${what}`)
    .join(', ');
}

/** Passes and failures by day; nothing for a period too short to draw or without messages. */
export function daysChart(series: readonly DayFigures[]): Chart[] {
  if (series.length < FEWEST_DAYS || series.every((one) => one.figures.messages === 0)) return [];
  return [
    {
      type: 'chart',
      shape: 'days',
      title: 'Messages a day',
      alt: `Messages that pass and fail on each of ${series.length} days.`,
      unit: 'messages',
      days: series.map((one) => one.day),
      series: [
        { name: 'pass', tone: 'good', values: series.map((one) => one.figures.dmarcPass) },
        {
          name: 'fail',
          tone: 'bad',
          values: series.map((one) => one.figures.messages - one.figures.dmarcPass),
        },
      ],
    },
  ];
}

/** Period, filters and further remarks, for the foot of a card. */
export function footer(
  range: Range,
  input: Asked,
  now: Moment,
  ...remarks: readonly (string | null)[]
): string {
  const late =
    range.to > addDays(dayOf(now), -REPORTS_LATE_DAYS)
      ? `last ${REPORTS_LATE_DAYS} days still coming in`
      : null;
  return [period(range, now), filterText(input), ...remarks, late]
    .filter((part) => part !== null)
    .join(' · ');
}

/** Says that a period has no messages, when the last report came where that is known, and the likely cause. */
export function noMessagesCard(facts: {
  readonly title: string;
  readonly of: string;
  readonly range: Range;
  readonly input: Asked;
  readonly now: Moment;
  /** ISO 8601; null where none ever came, undefined where the operation does not say. */
  readonly lastReport?: string | null;
  /** A sentence in the place of the last report. */
  readonly remark?: string;
  /** The likeliest cause, where it was looked for. */
  readonly silence?: Silence | null;
  readonly buttons: readonly Button[];
}): Card {
  const { title, of, range, input, now, lastReport, silence, buttons } = facts;
  const cause = silence ? causeOf(silence, now) : null;
  return {
    title,
    tone: 'neutral',
    verdict: [
      `No messages of ${of} in this period.`,
      facts.remark ?? lastReportSentence(lastReport, now),
      cause?.sentence ?? '',
    ]
      .join(' ')
      .trim(),
    parts: [],
    advice: cause?.advice ?? noMessagesAdvice(lastReport, range, filterText(input) !== null),
    buttons,
    form: null,
    footer: footer(range, input, now),
  };
}

/** The likely cause in a sentence, and what to do about it. */
function causeOf(
  silence: Silence,
  now: Moment,
): { readonly sentence: string; readonly advice: string | null } {
  switch (silence.code) {
    case 'filters':
      return {
        sentence: 'The filters let nothing through.',
        advice: 'Ask without the filters, or for a longer period.',
      };
    case 'source-trouble':
      return {
        sentence: `Likely because ${silence.source} is in trouble: ${silence.message}`,
        advice: 'intake tells more about what brings reports.',
      };
    case 'no-source':
      return {
        sentence: 'Nothing brings reports yet: no mailbox and no folder is set up.',
        advice: 'Set up a mailbox (see docs/sources.md), or drop a report here with upload.',
      };
    case 'none-yet':
      return { sentence: '', advice: null };
    case 'other-domains':
      return {
        sentence: `Reports about ${counted(silence.domains, 'other domain')} come in, and none about this one.`,
        advice:
          'Check that the rua address of its DMARC record leads here; domains lists those that are known.',
      };
    case 'before-first':
      return {
        sentence: `The first report is about ${dayText(silence.first, now)}, which is after this period.`,
        advice: 'Ask for a later period.',
      };
    case 'stopped':
      return {
        sentence: 'None has come since.',
        advice:
          'Reports stopped before this period: check the rua address and the mailbox that takes them in.',
      };
    case 'quiet':
      return { sentence: 'Reports still come; nobody was seen sending in its name.', advice: null };
    default:
      return silence satisfies never;
  }
}

function lastReportSentence(lastReport: string | null | undefined, now: Moment): string {
  if (lastReport === undefined) return '';
  if (lastReport === null) return 'No report has come yet.';
  return `The last report came ${ago(lastReport, now)} (${moment(lastReport, now)}).`;
}

function noMessagesAdvice(lastReport: string | null | undefined, range: Range, filtered: boolean): string {
  if (lastReport === null)
    return 'Check that the rua address of the DMARC record leads here; reporters send once a day.';
  if (filtered) return 'Ask without the filters, or for a longer period.';
  if (lastReport !== undefined && lastReport.slice(0, 10) < range.from)
    return 'Reports stopped before this period: check the rua address and the mailbox that takes them in.';
  return 'Ask for a longer period.';
}
