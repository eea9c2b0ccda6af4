import type { RuleKind } from './rule.js';
import { conflictingReports } from './rules/conflicting-reports.js';
import { failureRate } from './rules/failure-rate.js';
import { newSource } from './rules/new-source.js';
import { newSubdomain } from './rules/new-subdomain.js';
import { policyViolation } from './rules/policy-violation.js';
import { policyWeakened } from './rules/policy-weakened.js';
import { reporterSilence } from './rules/reporter-silence.js';
import { senderFalls } from './rules/sender-falls.js';
import { spoofingBurst } from './rules/spoofing-burst.js';
import { tlsFailures } from './rules/tls-failures.js';
import { unreadableReports } from './rules/unreadable-reports.js';
import { volumeDrop } from './rules/volume-drop.js';
import { volumeSpike } from './rules/volume-spike.js';

/** Every kind of rule, each of which is a rule of the same name from the start. In the order in which they are listed. */
export const RULE_KINDS: readonly RuleKind[] = [
  failureRate,
  senderFalls,
  newSource,
  newSubdomain,
  spoofingBurst,
  volumeSpike,
  volumeDrop,
  policyWeakened,
  policyViolation,
  reporterSilence,
  conflictingReports,
  tlsFailures,
  unreadableReports,
];

/** The kind of a name; null where there is none. */
export function kindOf(name: string): RuleKind | null {
  return RULE_KINDS.find((kind) => kind.name === name) ?? null;
}
