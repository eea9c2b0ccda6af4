import type { DomainFacts } from './facts.js';
import { SEVERITIES, type Finding, type Severity } from './finding.js';
import { kindOf } from './kinds.js';
import type { Rule, RuleFinding, RuleKind } from './rule.js';

/** What rules find in the facts of a domain. */
export interface Judgement {
  readonly findings: readonly Finding[];
  /** What is found under thresholds that are eased, a superset: an alert that is open stays so while it is among these. */
  readonly still: readonly Finding[];
}

/** Of these rules, those that are enabled and are asked about a domain, or about the tenant as a whole (null). */
export function rulesAbout(rules: readonly Rule[], domain: string | null): Rule[] {
  return rules.filter(({ enabled, kind }) => {
    const about = kindOf(kind)?.about;
    return enabled && (about === 'both' || (about === 'tenant') === (domain === null));
  });
}

/** Runs rules over facts as of a day. Those that are not enabled, or not about such facts, find nothing. */
export function judge(rules: readonly Rule[], facts: DomainFacts, day: string): Judgement {
  const each = rulesAbout(rules, facts.domain).map((rule) => judgeOne(rule, facts, day));
  return { findings: each.flatMap((one) => one.findings), still: each.flatMap((one) => one.still) };
}

function judgeOne(rule: Rule, facts: DomainFacts, day: string): Judgement {
  const kind = kindOf(rule.kind);
  if (kind === null) return { findings: [], still: [] };
  const evaluate = (thresholds: unknown) =>
    kind.evaluate(facts, day, thresholds).map((one) => findingOf(rule, kind, facts.domain, one));
  const findings = evaluate(rule.thresholds);
  const keys = new Set(findings.map(keyOf));
  const eased = evaluate(kind.relaxed(rule.thresholds)).filter((one) => !keys.has(keyOf(one)));
  return { findings, still: [...findings, ...eased] };
}

/** What makes a finding of a domain this one and no other, as text. */
export function keyOf({ rule, key }: Pick<Finding, 'rule' | 'key'>): string {
  return JSON.stringify([rule, Object.entries(key).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

function findingOf(rule: Rule, kind: RuleKind, domain: string | null, found: RuleFinding): Finding {
  const { severity, ...rest } = found;
  return {
    ...rest,
    fix: rest.fix.replaceAll('DOMAIN', domain ?? ''),
    rule: rule.name,
    kind: kind.name,
    cause: kind.cause,
    severity: worse(rule.severity, severity ?? rule.severity),
    domain,
  };
}

function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}
