import type { DayFigures } from './figures.js';

/** Days that an average looks at, the day itself among them. */
const AVERAGED_DAYS = 7;

export interface TrendDay {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly messages: number;
  readonly failed: number;
  /** failed / messages, from 0 to 1; null on a day without messages. */
  readonly rate: number | null;
  /** The same over the last seven days together, so that a quiet day weighs little. */
  readonly average7: number | null;
}

/** The failure rate of consecutive days; the first six averages look at the days that are there. */
export function failureTrend(days: readonly DayFigures[]): TrendDay[] {
  return days.map(({ day, figures }, index) => {
    const week = days.slice(Math.max(0, index + 1 - AVERAGED_DAYS), index + 1);
    const messages = week.reduce((sum, one) => sum + one.figures.messages, 0);
    const failed = week.reduce((sum, one) => sum + one.figures.messages - one.figures.dmarcPass, 0);
    const own = figures.messages - figures.dmarcPass;
    return {
      day,
      messages: figures.messages,
      failed: own,
      rate: rate(own, figures.messages),
      average7: rate(failed, messages),
    };
  });
}

function rate(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
