/**
 * What a chart shows, and nothing of how it is drawn. Text is data: it may hold anything.
 */
export type ChartSpec = DaysSpec | BarsSpec;

/** Values over days. */
export interface DaysSpec {
  readonly shape: 'days';
  readonly title: string;
  /** `YYYY-MM-DD`, UTC, consecutive. */
  readonly days: readonly string[];
  /** Bars are stacked in the order given, lines are drawn over them. */
  readonly series: readonly DaysSeries[];
  readonly unit: ChartUnit;
}

export interface DaysSeries {
  readonly name: string;
  readonly tone: ChartTone;
  /** One value a day; null where there is none, such as a share of no messages. */
  readonly values: readonly (number | null)[];
  /** Bars where it does not say. */
  readonly as?: 'bars' | 'line';
}

/** One bar each, longest first. */
export interface BarsSpec {
  readonly shape: 'bars';
  readonly title: string;
  readonly bars: readonly { readonly name: string; readonly tone: ChartTone; readonly value: number }[];
  readonly unit: ChartUnit;
}

export type ChartUnit = 'messages' | 'percent';
export type ChartTone = 'good' | 'warning' | 'bad' | 'neutral';
