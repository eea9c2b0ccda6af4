/** Numbers, shares and days as people read them. Rounding happens here and nowhere before. */
import { compact, count, percentText } from '../core/chart/numbers.js';

export { compact, count, percentText };

const NONE = '–';
const MILLISECONDS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** `1 message`, `41,310 messages`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/**
 * `98.2 %`. Says 100.0 % only of all and 0.0 % only of none: 41,309 of 41,310 are 99.9 %, 1 of them is <0.1 %.
 * A dash where there is nothing to have a share of.
 */
export function percent(part: number, of: number): string {
  if (of <= 0) return NONE;
  return percentText((part / of) * 100);
}

/** Change of a count in percent, such as `+3.1 %`; `new` where there was nothing before. */
export function change(now: number, before: number): string {
  if (before === 0) return now === 0 ? 'none before' : 'none before, so all new';
  const value = ((now - before) / before) * 100;
  if (Math.abs(value) >= 1_000) return `${count(now / before)} times as many`;
  return signed(value, ' %');
}

/** Change of a share in percentage points, such as `−0.4 points`; null where one of both has no share. */
export function pointsChange(now: Share, before: Share): string | null {
  if (now.of <= 0 || before.of <= 0) return null;
  return signed((now.part / now.of - before.part / before.of) * 100, ' points');
}

export interface Share {
  readonly part: number;
  readonly of: number;
}

function signed(value: number, unit: string): string {
  const size = Math.abs(value).toFixed(1);
  if (size === '0.0') return 'unchanged';
  return `${value < 0 ? '−' : '+'}${size}${unit}`;
}

/** The moment at which a card is made, and how its reader writes times; UTC and ISO 8601 where it does not say. */
export interface Moment extends Date {
  readonly look?: TimeLook;
}

/** How days and times are written. */
export interface TimeLook {
  /** Name of the IANA time zone database. */
  readonly zone: string;
  /** `2026-01-31`, `31/01/2026` or `01/31/2026`. */
  readonly dates: 'iso' | 'day-first' | 'month-first';
}

/** The same moment, for readers who write times so. */
export function momentFor(now: Date, look: TimeLook): Moment {
  return Object.assign(new Date(now), { look });
}

/** `2026-01-30 14:05 UTC`, or `30/01/2026 15:05 +01:00`, from ISO 8601; what is no time is shown as it stands. */
export function moment(iso: string, { look = PLAIN_LOOK }: Moment): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return iso;
  if (look.zone === 'UTC') {
    const text = new Date(time).toISOString();
    return `${dayText(text.slice(0, 10), { look })} ${text.slice(11, 16)} UTC`;
  }
  const parts = new Map(
    clockOf(look.zone)
      .formatToParts(time)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? '';
  const date = dayText(`${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`, { look });
  const offset = part('timeZoneName').replace(/^GMT/u, '');
  return `${date} ${part('hour')}:${part('minute')} ${offset === '' ? 'UTC' : offset}`;
}

/** A day as its reader writes it, from `2026-01-31`; what is no day is shown as it stands. */
export function dayText(day: string, { look = PLAIN_LOOK }: Pick<Moment, 'look'>): string {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(day) ?? [];
  if (year === undefined || look.dates === 'iso') return day;
  return look.dates === 'day-first' ? `${date}/${month}/${year}` : `${month}/${date}/${year}`;
}

/** `2026-01-01 to 2026-01-30 (30 days, UTC)`: days of reports are UTC days for everybody. */
export function period(
  range: { readonly from: string; readonly to: string; readonly days: number },
  now: Moment,
): string {
  if (range.days === 1) return `${dayText(range.from, now)} (1 day, UTC)`;
  return `${dayText(range.from, now)} to ${dayText(range.to, now)} (${count(range.days)} days, UTC)`;
}

const PLAIN_LOOK: TimeLook = { zone: 'UTC', dates: 'iso' };
const clocks = new Map<string, Intl.DateTimeFormat>();

/** Making one takes longer than all else of a card. There are as many as zones. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'longOffset',
  });
  clocks.set(zone, clock);
  return clock;
}

/** How long ago, in its largest unit: `3 days ago`, `just now`. */
export function ago(iso: string, now: Date): string {
  const passed = now.getTime() - Date.parse(iso);
  if (Number.isNaN(passed)) return iso;
  if (passed < MILLISECONDS.minute) return 'just now';
  for (const unit of ['day', 'hour', 'minute'] as const) {
    const units = Math.floor(passed / MILLISECONDS[unit]);
    if (units >= 1) return `${counted(units, unit)} ago`;
  }
  return 'just now';
}
