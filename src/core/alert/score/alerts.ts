import type { Finding } from '../finding.js';
import { keyOf, type Judgement } from '../judge.js';

/** An alert as it would have been opened and, perhaps, resolved. */
export interface ScoredAlert {
  readonly rule: string;
  readonly domain: string | null;
  readonly finding: Finding;
  /** The days that were judged when it was opened, and when it was found last. */
  readonly openedDay: string;
  readonly lastDay: string;
}

interface Open {
  alert: ScoredAlert;
  missed: number;
}

/** Evaluations without it, on different days, that resolve an alert. */
const MISSED = 2;
const HOUR_MS = 3_600_000;

/** Keeps alerts open and closes them as the service does, by day instead of by minute: with hysteresis and cooldown. */
export class AlertBook {
  readonly #open = new Map<string, Open>();
  readonly #closed: ScoredAlert[] = [];
  readonly #coolUntil = new Map<string, number>();
  readonly #cooldownHours: (rule: string) => number;

  constructor(cooldownHours: (rule: string) => number) {
    this.#cooldownHours = cooldownHours;
  }

  /** Takes what was found about a domain, or about the tenant, on a day. */
  take(domain: string | null, day: string, { findings, still }: Judgement): void {
    const there = new Set(still.map((one) => placeOf(one)));
    for (const [key, open] of this.#open) {
      if (open.alert.domain !== domain) continue;
      if (there.has(key)) {
        open.missed = 0;
        open.alert = { ...open.alert, lastDay: day };
        continue;
      }
      open.missed += 1;
      if (open.missed < MISSED) continue;
      this.#open.delete(key);
      this.#closed.push(open.alert);
      this.#coolUntil.set(key, Date.parse(day) + this.#cooldownHours(open.alert.rule) * HOUR_MS);
    }
    for (const finding of findings) {
      const key = placeOf(finding);
      if (this.#open.has(key) || (this.#coolUntil.get(key) ?? 0) > Date.parse(day)) continue;
      const alert = { rule: finding.rule, domain, finding, openedDay: day, lastDay: day };
      this.#open.set(key, { alert, missed: 0 });
    }
  }

  /** All of them, in the order in which they were opened. */
  alerts(): ScoredAlert[] {
    return [...this.#closed, ...[...this.#open.values()].map(({ alert }) => alert)].toSorted((a, b) =>
      a.openedDay < b.openedDay ? -1 : a.openedDay > b.openedDay ? 1 : 0,
    );
  }
}

function placeOf(finding: Finding): string {
  return `${finding.domain ?? ''} ${keyOf(finding)}`;
}
