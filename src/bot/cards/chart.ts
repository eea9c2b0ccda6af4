import type { ChartKind, ChartResult } from '../../core/operations/chart.js';
import { CHART_KINDS } from '../../core/operations/chart.js';
import type { TimelineResult } from '../../core/operations/series.js';
import { ask, type Asked } from '../ask.js';
import type { Button, Card, Chart } from '../card.js';
import { percent, type Moment } from '../figures.js';
import { alignmentCard } from './alignment.js';
import { failuresCard } from './failures.js';
import { noDaysCard } from './follow-up.js';
import { daysChart, footer, passSentence, passTone, subject } from './parts.js';
import { filtersOf, periodButtons } from './questions.js';
import { sourceName } from './tables.js';

/** One chart and the sentence that it shows; the questions behind it have more. */
export function chartCard(drawn: ChartResult, input: Asked, now: Moment): Card {
  const { kind, result } = drawn;
  const title = `${TITLES[kind]} of ${subject(result.domain)}`;
  const { kind: _kind, ...rest } = input;
  const name = `chart ${kind}`;
  if (result.figures.messages === 0) return noDaysCard(title, name, result, rest, now);
  return {
    title,
    tone: passTone(result.figures),
    verdict: verdictOf(drawn, rest, now),
    parts: chartsOf(drawn, rest, now),
    advice: null,
    buttons: [...otherKinds(drawn, rest), ...periodButtons(name, [result.domain], result.range, rest)],
    form: null,
    footer: footer(result.range, rest, now),
  };
}

const TITLES: Readonly<Record<ChartKind, string>> = {
  timeline: 'Timeline',
  disposition: 'Disposition',
  alignment: 'Alignment',
  sources: 'Top sources',
  reporters: 'Top reporters',
  failures: 'Failure rate',
  policy: 'Policy compliance',
};
/** Other charts offered. */
const OFFERED = 3;

function verdictOf(drawn: ChartResult, input: Asked, now: Moment): string {
  if (drawn.kind === 'failures') return failuresCard(drawn.result, input, now).verdict;
  const { figures } = drawn.result;
  if (drawn.kind !== 'disposition') return passSentence(figures);
  const stopped = figures.quarantined + figures.rejected;
  return `${passSentence(figures)} ${percent(stopped, figures.messages)} were quarantined or rejected.`;
}

function chartsOf(drawn: ChartResult, input: Asked, now: Moment): readonly Chart[] {
  const charts = (card: Card) => card.parts.filter((part) => part.type === 'chart');
  switch (drawn.kind) {
    case 'timeline':
      return daysChart(drawn.result.series);
    case 'disposition':
      return dispositionChart(drawn.result);
    case 'policy':
      return policyChart(drawn.result);
    case 'alignment':
      return charts(alignmentCard(drawn.result, input, now));
    case 'failures':
      return charts(failuresCard(drawn.result, input, now));
    case 'sources':
      return [
        barsChart(
          'Messages by source',
          drawn.result.items.map(({ source, figures }) => ({ name: sourceName(source), figures })),
        ),
      ];
    case 'reporters':
      return [
        barsChart(
          'Messages by reporter',
          drawn.result.items.map(({ reporter, figures }) => ({ name: reporter, figures })),
        ),
      ];
    default:
      return drawn satisfies never;
  }
}

function dispositionChart({ series }: TimelineResult): Chart[] {
  if (series.length < FEWEST_DAYS) return [];
  return [
    {
      type: 'chart',
      shape: 'days',
      title: 'What receivers did a day',
      alt: `Messages let through, quarantined and rejected on each of ${series.length} days.`,
      unit: 'messages',
      days: series.map((one) => one.day),
      series: [
        {
          name: 'let through',
          tone: 'neutral',
          values: series.map(({ figures: f }) => f.messages - f.quarantined - f.rejected),
        },
        { name: 'quarantined', tone: 'warning', values: series.map(({ figures: f }) => f.quarantined) },
        { name: 'rejected', tone: 'bad', values: series.map(({ figures: f }) => f.rejected) },
      ],
    },
  ];
}

/** A day without messages has no share. */
function policyChart({ series }: TimelineResult): Chart[] {
  if (series.length < FEWEST_DAYS) return [];
  return [
    {
      type: 'chart',
      shape: 'days',
      title: 'Share passing DMARC',
      alt: `Share of messages that pass DMARC on each of ${series.length} days.`,
      unit: 'percent',
      days: series.map((one) => one.day),
      series: [
        {
          name: 'pass',
          tone: 'good',
          values: series.map(({ figures: f }) =>
            f.messages === 0 ? null : (f.dmarcPass / f.messages) * 100,
          ),
        },
      ],
    },
  ];
}

/** Fewer days are no chart. */
const FEWEST_DAYS = 3;

interface Bar {
  readonly name: string;
  readonly figures: TimelineResult['figures'];
}

function barsChart(title: string, bars: readonly Bar[]): Chart {
  return {
    type: 'chart',
    shape: 'bars',
    title,
    alt: `${title}: ${bars
      .slice(0, 3)
      .map(({ name, figures }) => `${name} ${percent(figures.dmarcPass, figures.messages)} passing`)
      .join(', ')}`,
    unit: 'messages',
    bars: bars.map(({ name, figures }) => ({ name, tone: passTone(figures), value: figures.messages })),
  };
}

function otherKinds({ kind, result }: ChartResult, input: Asked): Button[] {
  const { from, to } = result.range;
  return CHART_KINDS.filter((other) => other !== kind)
    .slice(0, OFFERED)
    .map((other) => ({
      label: TITLES[other],
      command: ask('chart', [other, result.domain], { ...filtersOf(input), from, to }),
    }));
}
