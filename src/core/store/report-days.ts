import { addDays } from '../analysis/range.js';

/*
 * Records of a report are looked up day by day. With a span of days the index would go through the records of all other
 * reports of the domain on these days, for each report once more.
 */

/** No report is spread over more days after its first (core/report/days.ts). */
const MOST_AFTER_FIRST = 93;

/**
 * Days (SQL, for FROM: `day`) on which a report, by its alias, may have records. The look-up has to stand in a subquery
 * of its own, by LIMIT or OFFSET: under row-level security an index cannot look up what is worked out from the other side
 * of a join. That n lies within its bounds is said again, since PostgreSQL takes a series for a thousand rows otherwise.
 */
export function daysOfReport(report: string): string {
  return `LATERAL (SELECT CASE WHEN n > ${MOST_AFTER_FIRST} THEN ${report}.last_day ELSE ${report}.first_day + n END AS day
    FROM generate_series(0, LEAST(${report}.last_day - ${report}.first_day, ${MOST_AFTER_FIRST + 1})) AS n
    WHERE n BETWEEN 0 AND ${MOST_AFTER_FIRST + 1})`;
}

/**
 * The same days, `YYYY-MM-DD`. A report whose dates were not believed when it came first, and are by now, has its last
 * day thousands of years after the others.
 */
export function recordDays(report: { readonly firstDay: string; readonly lastDay: string }): string[] {
  const days: string[] = [];
  let day = report.firstDay;
  for (let after = 0; after <= MOST_AFTER_FIRST && day < report.lastDay; after += 1) {
    days.push(day);
    day = addDays(day, 1);
  }
  return [...days, report.lastDay];
}
