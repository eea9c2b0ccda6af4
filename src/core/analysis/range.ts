/**
 * Periods in people's words. A day is a UTC day, written `YYYY-MM-DD`; both ends belong to the period.
 * Pure: the day of today is an argument.
 */

export interface Range {
  readonly from: string;
  readonly to: string;
  readonly days: number;
}

/** What words say of a period: the words that were none, and the period if one was named; or why not. */
export type RangeReading =
  | { readonly range: Range | null; readonly rest: readonly string[]; readonly error: null }
  | { readonly range: null; readonly rest: readonly string[]; readonly error: string };

/** Options that name a period, as written: `from:2026-01-05 to:2026-02-10`, `days:30`. */
export interface RangeOptions {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly days?: string | undefined;
}

/** DMARC reports are not older than this (the first draft is of 2012); earlier dates are a slip of the pen. */
export const FIRST_DAY = '2010-01-01';
/** Ten years: more than that is never meant, and costs a row per day. */
export const MOST_DAYS = 3_660;
/** Report dates up to two days ahead are taken in, so a period may reach as far. */
const DAYS_AHEAD = 2;
const MILLISECONDS_PER_DAY = 86_400_000;

type Unit = 'd' | 'w' | 'm' | 'y';
type Found = Range | string;

const SPAN = /^(\d{1,5})(d|days?|w|weeks?|m|months?|y|years?)$/i;
const WHOLE_UNIT = /^(?:day|week|month|year)s?$/i;
const CALENDAR = /^\d{4}(?:-\d{2}(?:-\d{2})?)?$/;
const BETWEEN = /^([\d-]{4,10})(?:\.\.|…)([\d-]{4,10})$/;

/** The UTC day of a time. */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** The day `days` after (or, when negative, before) a day. */
export function addDays(day: string, days: number): string {
  return dayOf(new Date(Date.parse(day) + days * MILLISECONDS_PER_DAY));
}

/** The period from one day to another, both included. */
export function rangeOf(from: string, to: string): Range {
  return { from, to, days: Math.round((Date.parse(to) - Date.parse(from)) / MILLISECONDS_PER_DAY) + 1 };
}

/** Every day of a period, in order. */
export function daysOf(range: Range): string[] {
  return Array.from({ length: range.days }, (_, index) => addDays(range.from, index));
}

/** The `days` days that end with `today`. */
export function lastDays(days: number, today: string): Range {
  return rangeOf(addDays(today, 1 - days), today);
}

/** The period of the same length that ends the day before this one begins. */
export function periodBefore(range: Range): Range {
  return lastDays(range.days, addDays(range.from, -1));
}

/**
 * Finds the one period in a list of words: `30d`, `12w`, `6m`, `today`, `yesterday`, `last week`, `this month`,
 * `last 30 days`, `2026-01`, `2026-01..2026-02`, `2026-01-05..2026-02-10`, or the options from, to and days.
 * Weeks run from Monday to Sunday. A running week, month or year ends with today.
 */
export function parseRange(
  words: readonly string[],
  today: string,
  options: RangeOptions = {},
): RangeReading {
  const rest: string[] = [];
  const found: { text: string; range: Found }[] = [];
  for (let at = 0; at < words.length;) {
    const hit = rangeAt(words, at, today);
    if (hit === null) {
      rest.push(words[at] ?? '');
      at += 1;
      continue;
    }
    found.push({ text: words.slice(at, at + hit.words).join(' '), range: hit.range });
    at += hit.words;
  }
  const byOption = rangeFromOptions(options, today);
  if (byOption !== null) found.push({ text: describe(options), range: byOption });

  const [first, second] = found;
  if (first === undefined) return { range: null, rest, error: null };
  if (second !== undefined)
    return {
      range: null,
      rest,
      error: `Two periods were given (${first.text} and ${second.text}); give one.`,
    };
  const checked = typeof first.range === 'string' ? first.range : check(first.range, today);
  return typeof checked === 'string'
    ? { range: null, rest, error: checked }
    : { range: checked, rest, error: null };
}

/** The period that starts at this word, with the number of words it takes; null where none starts here. */
function rangeAt(
  words: readonly string[],
  at: number,
  today: string,
): { range: Found; words: number } | null {
  const word = (words[at] ?? '').toLowerCase();
  const next = (words[at + 1] ?? '').toLowerCase();
  if (word === 'today') return { range: rangeOf(today, today), words: 1 };
  if (word === 'yesterday') return { range: rangeOf(addDays(today, -1), addDays(today, -1)), words: 1 };
  if ((word === 'last' || word === 'past') && /^\d{1,5}$/.test(next) && WHOLE_UNIT.test(words[at + 2] ?? ''))
    return { range: span(Number(next), unitOf(words[at + 2] ?? ''), today), words: 3 };
  if ((word === 'last' || word === 'past') && SPAN.test(next)) {
    const hit = rangeAt(words, at + 1, today);
    return hit === null ? null : { range: hit.range, words: 2 };
  }
  if ((word === 'last' || word === 'this') && WHOLE_UNIT.test(next))
    return { range: calendarUnit(word, unitOf(next), today), words: 2 };

  const spanMatch = SPAN.exec(word);
  if (spanMatch) return { range: span(Number(spanMatch[1]), unitOf(spanMatch[2] ?? ''), today), words: 1 };
  if (CALENDAR.test(word)) return { range: calendar(word, today), words: 1 };
  const between = BETWEEN.exec(word);
  if (between) return { range: fromTo(between[1] ?? '', between[2] ?? '', today), words: 1 };
  return null;
}

function unitOf(word: string): Unit {
  const letter = word.slice(0, 1).toLowerCase();
  return letter === 'w' || letter === 'm' || letter === 'y' ? letter : 'd';
}

/** A number of days, weeks, months or years that ends with today. */
function span(count: number, unit: Unit, today: string): Found {
  if (count < 1) return 'A period has at least one day, such as 7d.';
  if (unit === 'd') return count > MOST_DAYS ? tooLong() : lastDays(count, today);
  if (unit === 'w') return count * 7 > MOST_DAYS ? tooLong() : lastDays(count * 7, today);
  const months = unit === 'y' ? count * 12 : count;
  if (months > MOST_DAYS / 30) return tooLong();
  return rangeOf(addDays(monthsBefore(today, months), 1), today);
}

/** The same day of the month, `months` earlier; the last day of that month where it is shorter. */
function monthsBefore(day: string, months: number): string {
  const index = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 - months;
  const month = monthName(index);
  const last = lastDayOfMonth(month);
  const same = `${month}-${day.slice(8)}`;
  return same < last ? same : last;
}

function monthName(index: number): string {
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
}

function lastDayOfMonth(month: string): string {
  return dayOf(new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 0)));
}

function calendarUnit(which: 'last' | 'this', unit: Unit, today: string): Range {
  if (unit === 'd') return which === 'this' ? rangeOf(today, today) : lastDays(1, addDays(today, -1));
  if (unit === 'w') {
    const monday = addDays(today, -((new Date(today).getUTCDay() + 6) % 7));
    return which === 'this' ? rangeOf(monday, today) : lastDays(7, addDays(monday, -1));
  }
  const start = unit === 'm' ? `${today.slice(0, 7)}-01` : `${today.slice(0, 4)}-01-01`;
  if (which === 'this') return rangeOf(start, today);
  const end = addDays(start, -1);
  return rangeOf(unit === 'm' ? `${end.slice(0, 7)}-01` : `${end.slice(0, 4)}-01-01`, end);
}

/** A year, month or day by its date; a running one ends with today. */
function calendar(text: string, today: string): Found {
  const first = edge(text, 'first');
  const last = edge(text, 'last');
  if (first === null || last === null) return noDate(text);
  return rangeOf(first, first <= today && today < last ? today : last);
}

function fromTo(from: string, to: string, today: string): Found {
  const first = edge(from, 'first', today);
  if (first === null) return noDate(from);
  const last = edge(to, 'last', today);
  if (last === null) return noDate(to);
  return rangeOf(first, to.length < 10 && first <= today && today < last ? today : last);
}

/** First or last day of a year, month or day; null where there is no such date. */
function edge(text: string, which: 'first' | 'last', today?: string): string | null {
  const word = text.toLowerCase();
  if (today !== undefined && word === 'today') return today;
  if (today !== undefined && word === 'yesterday') return addDays(today, -1);
  if (!CALENDAR.test(text)) return null;
  if (text.length === 4) return which === 'first' ? `${text}-01-01` : `${text}-12-31`;
  const month = Number(text.slice(5, 7));
  if (month < 1 || month > 12) return null;
  if (text.length === 7) return which === 'first' ? `${text}-01` : lastDayOfMonth(text);
  return text.slice(8) !== '00' && text <= lastDayOfMonth(text.slice(0, 7)) ? text : null;
}

function rangeFromOptions(options: RangeOptions, today: string): Found | null {
  const { from, to, days } = options;
  if (days !== undefined && from !== undefined && to !== undefined)
    return 'Give two of from, to and days, not all three.';
  if (days !== undefined && !/^\d{1,5}$/.test(days))
    return 'The number of days is a whole number, such as days:30.';
  if (from === undefined && to === undefined)
    return days === undefined ? null : span(Number(days), 'd', today);
  if (days !== undefined && Number(days) < 1) return 'A period has at least one day, such as days:7.';
  if (from !== undefined) {
    if (days === undefined) return fromTo(from, to ?? 'today', today);
    const first = edge(from, 'first', today);
    return first === null ? noDate(from) : rangeOf(first, addDays(first, Number(days) - 1));
  }
  const last = edge(to ?? '', 'last', today);
  if (last === null) return noDate(to ?? '');
  return days === undefined
    ? `A period that ends ${last} also needs its start, such as from:${addDays(last, -29)}.`
    : lastDays(Number(days), last);
}

function check(range: Range, today: string): Found {
  if (range.from > range.to) return `The period ends (${range.to}) before it begins (${range.from}).`;
  if (range.from > addDays(today, DAYS_AHEAD))
    return `The period begins on ${range.from}, which is still to come; today is ${today} (UTC).`;
  if (range.to < FIRST_DAY) return `There are no DMARC reports from before ${FIRST_DAY}.`;
  return range.days > MOST_DAYS ? tooLong() : range;
}

function tooLong(): string {
  return `A period has at most ${MOST_DAYS} days (ten years).`;
}

function noDate(text: string): string {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `There is no date ${shown}; write 2026-01-05 for a day or 2026-01 for a month.`;
}

function describe(options: RangeOptions): string {
  return (['from', 'to', 'days'] as const)
    .flatMap((name) => (options[name] === undefined ? [] : [`${name}:${options[name]}`]))
    .join(' ');
}
