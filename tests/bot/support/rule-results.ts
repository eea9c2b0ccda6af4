import { RULE_KINDS } from '../../../src/core/alert/kinds.js';
import type { RuleRemoved } from '../../../src/core/operations/alert/rule-change.js';
import { thresholdItems, type RuleItem } from '../../../src/core/operations/alert/rule-item.js';
import type { RuleResult, RulesResult } from '../../../src/core/operations/alert/rules.js';
import type { RulesTestResult } from '../../../src/core/operations/alert/rules-test.js';
import { type Invented, TODAY } from './results.js';

const AT = `${TODAY}T09:30:00.000Z`;

/** Invented answers of the operations on rules. */
export function ruleAnswers(given: Invented) {
  const { size, name, domain, range } = given;
  const few = Array.from({ length: Math.min(size, 40) }, (_, at) => at);
  const item = (at: number): RuleItem => {
    const kind = RULE_KINDS[at % RULE_KINDS.length];
    if (kind === undefined) throw new Error('there are kinds of rules');
    return {
      // What names a rule is bounded when it is made.
      name: at < RULE_KINDS.length ? kind.name : `made-${at}`,
      kind: kind.name,
      title: kind.title,
      summary: kind.summary,
      cause: kind.cause,
      about: kind.about ?? 'domain',
      made: at >= RULE_KINDS.length,
      enabled: at % 3 !== 1,
      severity: at % 2 === 0 ? 'critical' : 'info',
      thresholds: thresholdItems(kind),
      channels: at % 2 === 0 ? few.slice(0, 20).map(name) : null,
      cooldownHours: 24,
      escalateMinutes: at % 2 === 0 ? 30 : null,
      escalateTo: few.slice(0, 20).map(name),
      remindMinutes: at % 2 === 0 ? 120 : null,
      owner: at % 2 === 0 ? name(1) : null,
      domains: few.map(name),
      changedAt: size === 0 ? null : AT,
      changedBy: size === 0 ? null : name(2),
    };
  };
  const rules: RulesResult = { domain, items: RULE_KINDS.map((_, at) => item(at)).concat(few.map(made)) };
  const rule: RuleResult = { domain, rule: made(0) };
  const removed: RuleRemoved = { rule: 'made-0', domain, gone: size > 3, changed: size > 0 };
  const test: RulesTestResult = {
    range,
    rule: size === 0 ? null : 'made-0',
    domains: 20,
    otherDomains: size,
    items: few.map((at) => ({
      rule: `made-${at}`,
      domain: at === 1 ? null : (domain ?? name(at)),
      severity: 'warning',
      firstDay: range.from,
      lastDay: range.to,
      says: `${name(at)} fails.`,
    })),
    more: size,
  };
  return {
    rules,
    rule,
    'rule-set': rule,
    'rule-create': rule,
    'rule-enable': { domain: null, rule: item(0) },
    'rule-disable': { domain, rule: item(1) },
    'rule-remove': removed,
    'rules-test': test,
  };

  function made(at: number): RuleItem {
    return item(RULE_KINDS.length + at);
  }
}
