import type { AlignmentResult, FailuresResult, TimelineResult } from '../../core/operations/series.js';
import type { Asked } from '../ask.js';
import type { Button, Card, CardPart, Tone } from '../card.js';
import { count, counted, percent, percentText } from '../figures.js';
import {
  daysChart,
  follow,
  footer,
  noMessagesCard,
  passSentence,
  passTone,
  periodButtons,
  subject,
} from './parts.js';

type Answer = Pick<TimelineResult, 'domain' | 'range' | 'figures'>;

/** Days in the table below a chart: the latest, which people ask about. */
const DAYS_LISTED = 7;
/** A rise of the failure rate worth a warning: in points over the average of the period, and of what size at least. */
const RISE = 0.02;
const FEWEST_DAYS = 3;

/** Messages by day, passing and failing. */
export function timelineCard(result: TimelineResult, input: Asked, now: Date): Card {
  const title = `Timeline of ${subject(result.domain)}`;
  if (result.figures.messages === 0) return empty(title, 'timeline', result, input, now);
  const busiest = result.series.reduce((most, one) =>
    one.figures.messages > most.figures.messages ? one : most,
  );
  const latest = result.series.slice(-DAYS_LISTED).toReversed();
  return {
    title,
    tone: passTone(result.figures),
    verdict: `${passSentence(result.figures)} Busiest day: ${busiest.day} with ${count(busiest.figures.messages)}.`,
    parts: [
      ...daysChart(result.series),
      {
        type: 'table',
        title: 'Latest days (UTC)',
        columns: [
          { name: 'Day', align: 'left' },
          { name: 'Messages', align: 'right' },
          { name: 'Pass', align: 'right' },
          { name: 'Failing', align: 'right' },
          { name: 'Quarantined', align: 'right' },
          { name: 'Rejected', align: 'right' },
        ],
        rows: latest.map(({ day, figures }) => [
          day,
          count(figures.messages),
          percent(figures.dmarcPass, figures.messages),
          count(figures.messages - figures.dmarcPass),
          count(figures.quarantined),
          count(figures.rejected),
        ]),
        more: null,
      },
    ],
    advice: null,
    buttons: questions('timeline', result, input),
    footer: footer(result.range, input, now),
  };
}

/** By what messages are aligned, and what was done with them. */
export function alignmentCard(result: AlignmentResult, input: Asked, now: Date): Card {
  const title = `Alignment of ${subject(result.domain)}`;
  const { figures, both, dkimOnly, spfOnly, neither } = result;
  if (figures.messages === 0) return empty(title, 'alignment', result, input, now);
  const bars: readonly (readonly [string, Tone, number])[] = [
    ['DKIM and SPF', 'good', both],
    ['DKIM alone', 'good', dkimOnly],
    ['SPF alone', 'warning', spfOnly],
    ['neither: fails DMARC', 'bad', neither],
  ];
  return {
    title,
    tone: passTone(figures),
    verdict: `${passSentence(figures)} ${percent(both, figures.messages)} by both DKIM and SPF.`,
    parts: [
      {
        type: 'chart',
        shape: 'bars',
        title: 'Messages aligned by',
        alt: bars.map(([name, , value]) => `${name}: ${count(value)}`).join(', '),
        unit: 'messages',
        bars: bars.map(([name, tone, value]) => ({ name, tone, value })),
      },
      {
        type: 'table',
        title: 'What receivers did',
        columns: [
          { name: 'Disposition', align: 'left' },
          { name: 'Messages', align: 'right' },
          { name: 'Share', align: 'right' },
        ],
        rows: result.byDisposition.map((one) => [
          one.disposition,
          count(one.messages),
          percent(one.messages, figures.messages),
        ]),
        more: null,
      },
    ],
    advice:
      spfOnly > figures.messages / 10
        ? `${percent(spfOnly, figures.messages)} hang on SPF alone, which forwarding breaks: sign that mail with DKIM.`
        : null,
    buttons: questions('alignment', result, input),
    footer: footer(result.range, input, now),
  };
}

/** The failure rate by day, and whether it rises. */
export function failuresCard(result: FailuresResult, input: Asked, now: Date): Card {
  const title = `Failures of ${subject(result.domain)}`;
  const { figures, series, range } = result;
  if (figures.messages === 0) return empty(title, 'failures', result, input, now);
  const failed = figures.messages - figures.dmarcPass;
  const worst = series.reduce((most, one) => (one.failed > most.failed ? one : most));
  const trend = trendOf(result);
  return {
    title,
    tone: failed === 0 ? 'good' : trend.rises && passTone(figures) === 'good' ? 'warning' : passTone(figures),
    verdict:
      failed === 0
        ? `None of ${counted(figures.messages, 'message')} fails.`
        : `${count(failed)} of ${counted(figures.messages, 'message')} fail (${percent(failed, figures.messages)}). ${trend.sentence}`.trim(),
    parts: [
      ...rateChart(result),
      {
        type: 'facts',
        facts: [
          ...(failed === 0
            ? []
            : [
                {
                  name: 'Worst day',
                  value: worst.day,
                  note: `${count(worst.failed)} of ${count(worst.messages)} fail`,
                },
              ]),
          {
            name: '7-day average',
            value: rateText(series.at(-1)?.average7 ?? null),
            note: `on ${range.to} (UTC)`,
          },
        ],
      },
    ],
    advice: null,
    buttons: [
      ...(failed === 0 || range.days === 1
        ? []
        : [
            {
              label: `Sources on ${worst.day}`,
              command: `${follow('', 'sources', result.domain, { from: worst.day, to: worst.day, days: 1 }, input).command} order:failing`,
            },
          ]),
      ...questions('failures', result, input),
    ],
    footer: footer(range, input, now),
  };
}

function rateChart({ series }: FailuresResult): CardPart[] {
  if (series.length < FEWEST_DAYS) return [];
  return [
    {
      type: 'chart',
      shape: 'days',
      title: 'Failing, 7-day average',
      alt: `Share of failing messages on ${series.length} days, averaged over seven.`,
      unit: 'percent',
      days: series.map((one) => one.day),
      series: [{ name: 'fail', tone: 'bad', values: series.map((one) => (one.average7 ?? 0) * 100) }],
    },
  ];
}

/** The latest week against the whole period. */
function trendOf({ figures, series, range }: FailuresResult): { rises: boolean; sentence: string } {
  const latest = series.at(-1)?.average7 ?? null;
  if (latest === null || range.days <= 7) return { rises: false, sentence: '' };
  const whole = (figures.messages - figures.dmarcPass) / figures.messages;
  if (latest > whole + RISE)
    return { rises: true, sentence: `Rising: ${rateText(latest)} in the last 7 days.` };
  if (latest < whole - RISE)
    return { rises: false, sentence: `Falling: ${rateText(latest)} in the last 7 days.` };
  return { rises: false, sentence: 'Steady.' };
}

function rateText(rate: number | null): string {
  return rate === null ? '–' : percentText(rate * 100);
}

function empty(title: string, name: string, result: Answer, input: Asked, now: Date): Card {
  const { domain, range } = result;
  return noMessagesCard({
    title,
    of: subject(domain),
    range,
    input,
    now,
    buttons: [
      follow('Summary', 'summary', domain, range, {}),
      ...periodButtons(name, [domain], range, input),
    ],
  });
}

function questions(name: string, { domain, range }: Answer, input: Asked): Button[] {
  return [
    ...(['sources', 'summary', 'timeline', 'failures', 'alignment'] as const)
      .filter((other) => other !== name)
      .slice(0, 3)
      .map((other) =>
        follow(`${other.slice(0, 1).toUpperCase()}${other.slice(1)}`, other, domain, range, input),
      ),
    ...periodButtons(name, [domain], range, input),
  ];
}
