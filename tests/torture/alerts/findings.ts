import type { Cause, Finding } from '../../../src/core/alert/finding.js';
import type { Rule } from '../../../src/core/alert/rule.js';
import type { Evaluation } from '../../../src/core/operations/alert/raise.js';
import { aboutSender, finding, rule } from '../../support/alerts.js';
import type { Furnished } from './furnish.js';
import { DOMAINS, RULES, type PlannedFinding, type Step } from './plan.js';

const DAY_MS = 24 * 3_600_000;
/** Hours after its end in which the same is not told again. */
const COOLDOWN_HOURS = 6;

/** What rules found of a domain on the last whole day: what is not among it is over. */
export function evaluationOf(
  { domain, findings, partly }: Extract<Step, { do: 'raise' }>,
  { domains, escalates }: Furnished,
  now: Date,
): Evaluation {
  const name = DOMAINS[domain] ?? '';
  const day = new Date(now.getTime() - DAY_MS).toISOString().slice(0, 10);
  const found = [...new Map(findings.map((one) => [`${one.rule} ${one.sender}`, one])).values()];
  const made = found.map((one) => findingOf(one, name, day));
  return {
    domainId: domains.get(name) ?? null,
    domain: name,
    day,
    rules: RULES.filter(({ name: own }) => !partly || made.some((one) => one.rule === own)).map((one): Rule =>
      ruleOf(one.name, escalates),
    ),
    findings: made,
    still: made,
  };
}

/** As table alert_rule says too; see furnish.ts. */
function ruleOf(name: string, escalates: Furnished['escalates']): Rule {
  const cools = { cooldownHours: COOLDOWN_HOURS };
  return rule(name, name === escalates.rule ? { ...cools, ...escalates.settings } : cools);
}

function findingOf(one: PlannedFinding, domain: string, day: string): Finding {
  const { cause } = RULES.find(({ name }) => name === one.rule) ?? { cause: 'sending' };
  const given = {
    rule: one.rule,
    kind: one.rule,
    cause: cause as Cause,
    severity: one.severity,
    domain,
    day,
  };
  return one.sender === null ? finding(given) : aboutSender(one.sender, given);
}
