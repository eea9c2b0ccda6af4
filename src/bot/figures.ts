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

/** `2026-01-30 14:05 UTC`, from ISO 8601; what is no time is shown as it stands. */
export function moment(iso: string): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return iso;
  const text = new Date(time).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}

/** `2026-01-01 to 2026-01-30 (30 days, UTC)`. */
export function period(range: { readonly from: string; readonly to: string; readonly days: number }): string {
  if (range.days === 1) return `${range.from} (1 day, UTC)`;
  return `${range.from} to ${range.to} (${count(range.days)} days, UTC)`;
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
