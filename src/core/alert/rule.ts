import type { z } from 'zod';
import type { DomainFacts } from './facts.js';
import type { Cause, Finding, Severity } from './finding.js';

/**
 * A kind of rule: pure, over facts of one domain, as of a day that need not be today. The same function judges what came
 * in now, what would have fired in the past, and generated months whose events are known.
 */
export interface RuleKind<Thresholds extends z.ZodType = z.ZodType> {
  /** Such as `failure-rate`. */
  readonly name: string;
  readonly title: string;
  /** One sentence: when it fires. */
  readonly summary: string;
  readonly cause: Cause;
  /** What it is asked about: each domain when absent, the tenant as a whole, or both. */
  readonly about?: 'tenant' | 'both';
  /** Where nobody set another. */
  readonly severity: Severity;
  /** Hours after its end in which the same finding opens no new alert, where nobody set another. */
  readonly cooldownHours: number;
  /** Every field with a default, a unit in its description, and bounds. */
  readonly thresholds: Thresholds;
  /** Thresholds under which an alert that is open stays so: a little short of those that opened it (hysteresis). */
  relaxed(thresholds: z.output<Thresholds>): z.output<Thresholds>;
  /** Findings as of the end of a UTC day; reports that came later do not count. */
  evaluate(facts: DomainFacts, day: string, thresholds: z.output<Thresholds>): readonly RuleFinding[];
}

/** What a kind finds; its rule adds name, severity, domain and kind. */
export type RuleFinding = Omit<Finding, 'rule' | 'kind' | 'cause' | 'severity' | 'domain'> & {
  /** Worse than the rule's own severity; absent for that one. */
  readonly severity?: Severity;
};

/** A rule as it holds for one domain, after all layers: defaults, the tenant's, the domain's. */
export interface Rule {
  readonly name: string;
  readonly kind: string;
  readonly enabled: boolean;
  /** As the kind's schema gives them. */
  readonly thresholds: Readonly<Record<string, unknown>>;
  readonly severity: Severity;
  /** Ids of channels; null for those that take all. */
  readonly channels: readonly number[] | null;
  readonly cooldownHours: number;
  /** null: never. */
  readonly escalateMinutes: number | null;
  readonly escalateTo: readonly number[];
  readonly remindMinutes: number | null;
  readonly ownerId: number | null;
}
