import { show, textOf, type Note } from './values.js';

/** Seconds since the epoch: the first draft of DMARC is younger than 2010, and no report is of the next century. */
const EARLIEST = Date.UTC(2010, 0, 1) / 1000;
const LATEST = Date.UTC(2100, 0, 1) / 1000;
/** Years that ISO 8601 writes with four digits. */
const FIRST = -62_135_596_800;
const LAST = 253_402_300_799;
/** From here on a number is no count of seconds, but of a thousandth, a millionth or a billionth of them. */
const MILLISECONDS = 1e11;

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ]+(\d\d):(\d\d)(?::(\d\d))?(?:[.,]\d{1,9})?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?$/i;
const MAIL_DATE = /^(?:[a-z]{3}, +)?\d{1,2} [a-z]{3} \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|UTC|[+-]\d{4})$/i;

/** Seconds since the epoch as a report writes them, or null; everything but whole seconds is noted. */
export function secondsOf(text: string, note: Note): number | null {
  const value = textOf(text);
  if (value === null) return null;
  const seconds = numericSeconds(value, note) ?? writtenSeconds(value, note);
  if (seconds === null) {
    note('date-invalid', `${show(value)} is no date; left out.`);
    return null;
  }
  if (seconds < FIRST || seconds > LAST) {
    note('date-implausible', `${show(value)} is no date that can be; left out.`);
    return null;
  }
  if (seconds < EARLIEST || seconds >= LATEST)
    note('date-implausible', `${show(value)} is not within the years of DMARC; kept as it is.`);
  return seconds;
}

/** ISO 8601 in UTC with whole seconds. */
export function isoOf(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

function numericSeconds(value: string, note: Note): number | null {
  const match = /^([+-]?\d{1,20})(?:[.,](\d*))?$/.exec(value);
  if (match === null) return null;
  let number = Number(match[1]);
  let unit = '';
  while (Math.abs(number) >= MILLISECONDS && unit !== 'nanoseconds') {
    unit = unit === '' ? 'milliseconds' : unit === 'milliseconds' ? 'microseconds' : 'nanoseconds';
    number = Math.floor(number / 1000);
  }
  if (unit !== '') note('date-unit', `${show(value)} was taken for ${unit} since 1970.`);
  if (/[1-9]/.test(match[2] ?? '')) note('date-fraction', `The fraction of ${show(value)} was left out.`);
  return number;
}

function writtenSeconds(value: string, note: Note): number | null {
  const milliseconds = isoMilliseconds(value) ?? (MAIL_DATE.test(value) ? Date.parse(value) : Number.NaN);
  if (Number.isNaN(milliseconds)) return null;
  note(
    'date-text',
    `${show(value)} is written out instead of seconds since 1970; read as UTC where it names no zone.`,
  );
  return Math.floor(milliseconds / 1000);
}

function isoMilliseconds(value: string): number | null {
  const match = ISO.exec(value);
  if (match === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = match;
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : 'Z';
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
}
