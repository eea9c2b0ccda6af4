import { z } from 'zod';
import { filterFields, type FilterInput } from './filter.js';
import { operation, type Context } from './operation.js';
import { reporters, type ReportersResult } from './reports.js';
import { alignment, failures, timeline } from './series.js';
import type { AlignmentResult, FailuresResult, TimelineResult } from './series.js';
import { sources, type SourcesResult } from './sources.js';

export const CHART_KINDS = [
  'timeline',
  'disposition',
  'alignment',
  'sources',
  'reporters',
  'failures',
  'policy',
] as const;
export type ChartKind = (typeof CHART_KINDS)[number];

/** Bars that can still be told apart. */
const BARS = 10;

/** What a chart is drawn from: the answer of the operation that has its figures. */
export type ChartResult =
  | { readonly kind: 'timeline' | 'disposition' | 'policy'; readonly result: TimelineResult }
  | { readonly kind: 'alignment'; readonly result: AlignmentResult }
  | { readonly kind: 'sources'; readonly result: SourcesResult }
  | { readonly kind: 'reporters'; readonly result: ReportersResult }
  | { readonly kind: 'failures'; readonly result: FailuresResult };

export const chart = operation({
  name: 'chart',
  summary: 'Draw one chart, such as the timeline or the top sources',
  role: 'viewer',
  effect: 'reads',
  input: z.object({
    kind: z.enum(CHART_KINDS).default('timeline').describe('What to draw'),
    ...filterFields,
  }),
  run: (context, { kind, ...filter }): Promise<ChartResult> => drawn(context, kind, filter),
});

async function drawn(context: Context, kind: ChartKind, filter: FilterInput): Promise<ChartResult> {
  switch (kind) {
    case 'timeline':
    case 'disposition':
    case 'policy':
      return { kind, result: await timeline.run(context, filter) };
    case 'alignment':
      return { kind, result: await alignment.run(context, filter) };
    case 'sources':
      return { kind, result: await sources.run(context, { ...filter, order: 'messages', limit: BARS }) };
    case 'reporters':
      return { kind, result: await reporters.run(context, { ...filter, limit: BARS }) };
    case 'failures':
      return { kind, result: await failures.run(context, filter) };
    default:
      return kind satisfies never;
  }
}
