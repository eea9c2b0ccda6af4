import { everyDay, type DayFigures, type Figures } from '../analysis/figures.js';
import { failureTrend, type TrendDay } from '../analysis/trend.js';
import { addDays, daysOf, rangeOf } from '../analysis/range.js';
import { byDay, byResult, totals, type ResultFigures } from '../store/figures.js';
import { ask, filterInput, type About } from './filter.js';
import { operation } from './operation.js';

interface Answer extends About {
  readonly figures: Figures;
}

export interface TimelineResult extends Answer {
  readonly series: readonly DayFigures[];
}

export const timeline = operation({
  name: 'timeline',
  summary: 'Show messages by day, passing and failing',
  role: 'viewer',
  effect: 'reads',
  input: filterInput,
  run: (context, input): Promise<TimelineResult> =>
    context.db.reading(context.tenant, async (session) => {
      const { filter, range, about } = await ask(context, session, input);
      const series = everyDay(await byDay(session, context.tenant, filter), daysOf(range));
      return {
        ...about,
        figures: await totals(session, context.tenant, filter),
        series,
      };
    }),
});

export interface AlignmentResult extends Answer {
  /** Messages aligned by both, by one alone, and by none (these fail DMARC). */
  readonly both: number;
  readonly dkimOnly: number;
  readonly spfOnly: number;
  readonly neither: number;
  readonly byDisposition: readonly { readonly disposition: string; readonly messages: number }[];
}

export const alignment = operation({
  name: 'alignment',
  summary: 'Break messages down by DKIM and SPF alignment and by disposition',
  role: 'viewer',
  effect: 'reads',
  input: filterInput,
  run: (context, input): Promise<AlignmentResult> =>
    context.db.reading(context.tenant, async (session) => {
      const { filter, about } = await ask(context, session, input);
      const results = await byResult(session, context.tenant, filter);
      const count = (wanted: (one: ResultFigures) => boolean) =>
        results.filter(wanted).reduce((sum, one) => sum + one.messages, 0);
      const dispositions = [...new Set(results.map((one) => one.disposition))];
      return {
        ...about,
        figures: await totals(session, context.tenant, filter),
        both: count((one) => one.dkim && one.spf),
        dkimOnly: count((one) => one.dkim && !one.spf),
        spfOnly: count((one) => !one.dkim && one.spf),
        neither: count((one) => !one.dkim && !one.spf),
        byDisposition: dispositions
          .map((disposition) => ({ disposition, messages: count((one) => one.disposition === disposition) }))
          .toSorted((a, b) => b.messages - a.messages),
      };
    }),
});

export interface FailuresResult extends Answer {
  readonly series: readonly TrendDay[];
}

/** Days before the period that the first averages need. */
const AVERAGED_BEFORE = 6;

export const failures = operation({
  name: 'failures',
  summary: 'Show the failure rate by day, with its 7-day average',
  role: 'viewer',
  effect: 'reads',
  input: filterInput,
  run: (context, input): Promise<FailuresResult> =>
    context.db.reading(context.tenant, async (session) => {
      const { filter, range, about } = await ask(context, session, input);
      const from = addDays(range.from, -AVERAGED_BEFORE);
      const days = everyDay(
        await byDay(session, context.tenant, { ...filter, from }),
        daysOf(rangeOf(from, range.to)),
      );
      const figures = await totals(session, context.tenant, filter);
      return {
        ...about,
        figures,
        series: failureTrend(days).slice(AVERAGED_BEFORE),
      };
    }),
});
