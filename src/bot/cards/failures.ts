import type { FailuresResult } from '../../core/operations/series.js';
import type { Asked } from '../ask.js';
import type { Card, CardPart } from '../card.js';
import { count, counted, percent, percentText, dayText, type Moment } from '../figures.js';
import { noDaysCard, otherQuestions } from './follow-up.js';
import { footer, passTone, subject } from './parts.js';
import { follow } from './questions.js';

/** A change of the failure rate worth words: so much of the whole in points, and so much of the rate itself. */
const NOTABLE_POINTS = 0.02;
const NOTABLE_PART = 0.2;
const FEWEST_DAYS = 3;

/** The failure rate by day, and whether it rises. */
export function failuresCard(result: FailuresResult, input: Asked, now: Moment): Card {
  const title = `Failures of ${subject(result.domain)}`;
  const { figures, series, range } = result;
  if (figures.messages === 0) return noDaysCard(title, 'failures', result, input, now);
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
                  value: dayText(worst.day, now),
                  note: `${count(worst.failed)} of ${count(worst.messages)} fail`,
                },
              ]),
          {
            name: '7-day average',
            value: rateText(series.at(-1)?.average7 ?? null),
            note: `on ${dayText(range.to, now)} (UTC)`,
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
              label: `Sources on ${dayText(worst.day, now)}`,
              command: `${follow('', 'sources', result.domain, { from: worst.day, to: worst.day, days: 1 }, input).command} order:failing`,
            },
          ]),
      ...otherQuestions('failures', result, input),
    ],
    form: null,
    footer: footer(range, input, now),
  };
}

function rateChart({ series }: FailuresResult): CardPart[] {
  if (series.length < FEWEST_DAYS) return [];
  return [
    {
      type: 'chart',
      shape: 'days',
      title: 'Share failing',
      alt: `Share of failing messages on each of ${series.length} days, and its average over seven.`,
      unit: 'percent',
      days: series.map((one) => one.day),
      series: [
        { name: 'fail', tone: 'bad', values: series.map((one) => inPercent(one.rate)) },
        {
          name: '7-day average',
          tone: 'neutral',
          as: 'line',
          values: series.map((one) => inPercent(one.average7)),
        },
      ],
    },
  ];
}

function inPercent(rate: number | null): number | null {
  return rate === null ? null : rate * 100;
}

/** The latest week against the whole period. */
function trendOf({ figures, series, range }: FailuresResult): { rises: boolean; sentence: string } {
  const latest = series.at(-1)?.average7 ?? null;
  if (latest === null || range.days <= 7) return { rises: false, sentence: '' };
  const whole = (figures.messages - figures.dmarcPass) / figures.messages;
  const notable = Math.max(NOTABLE_POINTS, whole * NOTABLE_PART);
  if (latest > whole + notable)
    return { rises: true, sentence: `Rising: ${rateText(latest)} in the last 7 days.` };
  if (latest < whole - notable)
    return { rises: false, sentence: `Falling: ${rateText(latest)} in the last 7 days.` };
  return { rises: false, sentence: 'Steady.' };
}

function rateText(rate: number | null): string {
  return rate === null ? '–' : percentText(rate * 100);
}
