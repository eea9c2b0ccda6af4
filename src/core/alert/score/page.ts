import type { RuleScore, Score } from './score.js';

/** What rules have to reach: so large a part of the events, and so few false alerts a domain and quarter. */
export const LEAST_RECALL = 0.95;
export const MOST_FALSE = 1;

/** All scores of one rule together. */
export interface RuleTotal {
  readonly rule: string;
  readonly events: number;
  readonly found: number;
  /** found / events; null where there were none. */
  readonly recall: number | null;
  readonly falseAlerts: number;
  readonly falsePerDomainQuarter: number;
  /** The most of one domain in one quarter. */
  readonly worst: number;
  readonly isKept: boolean;
}

/** Sums scores up by rule. */
export function totalsOf(scores: readonly Score[]): RuleTotal[] {
  const quarters = scores.reduce((sum, { domainQuarters }) => sum + domainQuarters, 0);
  const names = scores[0]?.rules.map(({ rule }) => rule) ?? [];
  return names.map((rule) => {
    const ours = scores.flatMap(({ rules }) => rules.filter((one) => one.rule === rule));
    const add = (value: (one: RuleScore) => number) => ours.reduce((sum, one) => sum + value(one), 0);
    const [events, found, falseAlerts] = [
      add((one) => one.events),
      add((one) => one.found),
      add((one) => one.falseAlerts),
    ];
    const worst = Math.max(0, ...ours.map((one) => one.worst));
    const recall = events === 0 ? null : found / events;
    return {
      rule,
      events,
      found,
      recall,
      falseAlerts,
      falsePerDomainQuarter: quarters === 0 ? 0 : falseAlerts / quarters,
      worst,
      isKept: (recall ?? 1) >= LEAST_RECALL && worst <= MOST_FALSE,
    };
  });
}

/** The totals as rows of a table, the first of which names the columns. */
export function scoreRows(totals: readonly RuleTotal[]): string[][] {
  return [
    [
      'Rule',
      'Events above the threshold',
      'Found',
      'Recall',
      'False alerts',
      'A domain and quarter',
      'Worst',
      'Kept',
    ],
    ...totals.map((one) => [
      one.rule,
      String(one.events),
      String(one.found),
      one.recall === null ? '–' : one.recall.toFixed(3),
      String(one.falseAlerts),
      one.falsePerDomainQuarter.toFixed(3),
      String(one.worst),
      one.isKept ? 'yes' : 'no',
    ]),
  ];
}

/** What was missed and what was wrong, a line each. */
export function troubleLines(scores: readonly Score[]): string[] {
  return scores.flatMap(({ scenario, seed, rules }) =>
    rules.flatMap(({ rule, missed, wrong }) => [
      ...missed.map(
        (event) =>
          `${scenario}, seed ${seed}: ${rule} missed ${event.what} on ${event.firstDay}${event.domain === null ? '' : ` (${event.domain})`}`,
      ),
      ...wrong.map(
        (alert) =>
          `${scenario}, seed ${seed}: ${rule} was wrong on ${alert.openedDay}${alert.domain === null ? '' : ` (${alert.domain})`}: ${alert.finding.says}`,
      ),
    ]),
  );
}
