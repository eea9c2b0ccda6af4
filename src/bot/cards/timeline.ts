import type { TimelineResult } from '../../core/operations/series.js';
import type { Asked } from '../ask.js';
import type { Card } from '../card.js';
import { count, percent, dayText, type Moment } from '../figures.js';
import { noDaysCard, otherQuestions } from './follow-up.js';
import { daysChart, footer, passSentence, passTone, subject } from './parts.js';

/** Days in the table below a chart: the latest, which people ask about. */
const DAYS_LISTED = 7;

/** Messages by day, passing and failing. */
export function timelineCard(result: TimelineResult, input: Asked, now: Moment): Card {
  const title = `Timeline of ${subject(result.domain)}`;
  if (result.figures.messages === 0) return noDaysCard(title, 'timeline', result, input, now);
  const busiest = result.series.reduce((most, one) =>
    one.figures.messages > most.figures.messages ? one : most,
  );
  const latest = result.series.slice(-DAYS_LISTED).toReversed();
  return {
    title,
    tone: passTone(result.figures),
    verdict: `${passSentence(result.figures)} Busiest day: ${dayText(busiest.day, now)} with ${count(busiest.figures.messages)}.`,
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
          dayText(day, now),
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
    buttons: otherQuestions('timeline', result, input),
    form: null,
    footer: footer(result.range, input, now),
  };
}
