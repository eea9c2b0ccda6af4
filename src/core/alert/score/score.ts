import { addDays } from '../calendar.js';
import type { Scenario } from '../../sample/scenario.js';
import type { Truth } from '../../sample/truth.js';
import { RULE_KINDS } from '../kinds.js';
import type { ScoredAlert } from './alerts.js';
import { expectedAlerts, type ExpectedAlert } from './expected.js';
import { isExplained, shareOf } from './explain.js';
import { CLEARLY, limit, worldOf } from './world.js';

/** How one rule did in one scenario. */
export interface RuleScore {
  readonly rule: string;
  /** Events above the threshold, and those of them that were told of. */
  readonly events: number;
  readonly found: number;
  /** Alerts that nothing in the scenario explains. */
  readonly falseAlerts: number;
  /** The most of them in one quarter of one domain. */
  readonly worst: number;
  readonly missed: readonly ExpectedAlert[];
  readonly wrong: readonly ScoredAlert[];
}

export interface Score {
  readonly scenario: string;
  readonly seed: string;
  /** Domains times quarters. */
  readonly domainQuarters: number;
  readonly alerts: number;
  readonly rules: readonly RuleScore[];
}

/** An event is found when an alert is there while it lasts, or so many days after. */
const FOUND_WITHIN_DAYS = 6;
const QUARTER_DAYS = 91.3125;

/** Compares alerts with the events of a scenario, rule by rule. */
export function scoreOf(scenario: Scenario, truth: Truth, alerts: readonly ScoredAlert[]): Score {
  const world = worldOf(scenario, truth);
  const expected = [...expectedAlerts(scenario, truth), ...failingEpisodes(truth)];
  return {
    scenario: truth.scenario,
    seed: truth.seed,
    domainQuarters: (Object.keys(scenario.domains).length * scenario.days) / QUARTER_DAYS,
    alerts: alerts.length,
    rules: RULE_KINDS.map(({ name }) => {
      const ours = alerts.filter(({ rule }) => rule === name);
      const events = expected.filter(({ rule }) => rule === name);
      const missed = events.filter((event) => !ours.some((alert) => tells(alert, event)));
      const wrong = ours.filter((alert) => !isExplained(alert, world));
      return {
        rule: name,
        events: events.length,
        found: events.length - missed.length,
        falseAlerts: wrong.length,
        worst: worstOf(wrong),
        missed,
        wrong,
      };
    }),
  };
}

function tells(alert: ScoredAlert, event: ExpectedAlert): boolean {
  return (
    alert.domain === event.domain &&
    alert.lastDay >= event.firstDay &&
    alert.openedDay <= addDays(event.lastDay, FOUND_WITHIN_DAYS)
  );
}

function worstOf(alerts: readonly ScoredAlert[]): number {
  const counts = new Map<string, number>();
  for (const { domain, openedDay } of alerts) {
    const quarter = Math.floor((Number(openedDay.slice(5, 7)) - 1) / 3);
    const key = `${domain ?? ''} ${openedDay.slice(0, 4)} ${quarter}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

/** Times in which clearly too much of a domain's mail failed: whatever the reason, each has to be told of. */
function failingEpisodes(truth: Truth): ExpectedAlert[] {
  const [share, days, messages] = ['share', 'days', 'messages'].map((name) => limit('failure-rate', name));
  const episodes: ExpectedAlert[] = [];
  for (const domain of Object.keys(truth.domains)) {
    let first: string | null = null;
    for (let day = addDays(truth.firstDay, 7); day <= addDays(truth.lastDay, 1); day = addDays(day, 1)) {
      const window = shareOf(truth, domain, day, days ?? 1);
      const isFailing =
        day <= truth.lastDay &&
        window.messages >= CLEARLY * (messages ?? 0) &&
        window.share >= CLEARLY * (share ?? 1);
      if (isFailing) first ??= day;
      if (isFailing || first === null) continue;
      episodes.push({
        rule: 'failure-rate',
        domain,
        firstDay: first,
        lastDay: addDays(day, -1),
        what: 'much failing mail',
      });
      first = null;
    }
  }
  return episodes;
}
