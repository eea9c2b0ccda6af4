/** Days by number and by name: rules ask for the same few hundred again and again, and dates are slow. */
const DAY_MS = 86_400_000;
const MOST_KEPT = 20_000;
const numbers = new Map<string, number>();
const names = new Map<number, string>();

/** The UTC day so many days after (or, when negative, before) a day, both as `YYYY-MM-DD`. */
export function addDays(day: string, days: number): string {
  const number = (numbers.get(day) ?? numberOf(day)) + days;
  return names.get(number) ?? nameOf(number);
}

/** Days from one day to another; 0 for the same. */
export function daysBetween(from: string, to: string): number {
  return (numbers.get(to) ?? numberOf(to)) - (numbers.get(from) ?? numberOf(from));
}

function numberOf(day: string): number {
  const number = Date.parse(day) / DAY_MS;
  if (numbers.size >= MOST_KEPT) numbers.clear();
  numbers.set(day, number);
  return number;
}

function nameOf(number: number): string {
  const name = new Date(number * DAY_MS).toISOString().slice(0, 10);
  if (names.size >= MOST_KEPT) names.clear();
  names.set(number, name);
  return name;
}
