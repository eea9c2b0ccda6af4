import type { z } from 'zod';
import type { Evidence } from './finding.js';
import type { RuleKind } from './rule.js';

/** Keeps the type of a kind's thresholds; the identity function otherwise. */
export function ruleKind<Thresholds extends z.ZodType>(kind: RuleKind<Thresholds>): RuleKind<Thresholds> {
  return kind;
}

/** Evidence, with nothing where nothing is given. */
export function evidence(given: Partial<Evidence>): Evidence {
  return {
    sender: null,
    addresses: [],
    dkim: [],
    spf: [],
    firstSeen: null,
    messages: null,
    failing: null,
    days: [],
    facts: [],
    ...given,
  };
}
