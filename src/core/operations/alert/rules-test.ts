import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Severity } from '../../alert/finding.js';
import { factsOf } from '../../alert/history.js';
import { judge, rulesAbout } from '../../alert/judge.js';
import { resolveRules } from '../../alert/layers.js';
import { AlertBook, type ScoredAlert } from '../../alert/score/alerts.js';
import { addDays, daysOf, rangeOf, type Range } from '../../analysis/range.js';
import { loadTenantFacts } from '../../store/alert-facts.js';
import { loadHistory, loadTenantDays } from '../../store/alert-history.js';
import { ruleLayers } from '../../store/alert-rules.js';
import { claimedDomains, type ClaimedDomain } from '../../store/evaluations.js';
import { domainField } from '../fields.js';
import { knownDomain } from '../filter.js';
import { operation } from '../operation.js';
import { lastWholeDay } from './evaluate.js';
import { ruleItems } from './rule-item.js';
import { oneOf, ruleNameField } from './rules.js';

const DAYS = 90;
const MOST_DAYS = 366;
/** Domains that are looked at when none is named: each takes a moment. */
const MOST_DOMAINS = 20;
const MOST_LISTED = 500;

/** An alert as it would have been. */
export interface TestedAlert {
  readonly rule: string;
  readonly domain: string | null;
  readonly severity: Severity;
  /** UTC days. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly says: string;
}

export interface RulesTestResult {
  readonly range: Range;
  readonly rule: string | null;
  readonly domains: number;
  /** Claimed domains that were not looked at: name one. */
  readonly otherDomains: number;
  /** Latest first. */
  readonly items: readonly TestedAlert[];
  /** Beyond those that are listed. */
  readonly more: number;
}

export const rulesTest = operation({
  name: 'rules-test',
  summary: 'Try rules on the past: what would have been alerted, as they are set now',
  role: 'viewer',
  effect: 'reads',
  input: z.object({
    rule: ruleNameField
      .optional()
      .describe('Only this rule; else all, also those that are disabled by name alone'),
    domain: domainField.optional().describe('Only this domain; else the first twenty that are claimed'),
    days: z.coerce.number().int().min(1).max(MOST_DAYS).default(DAYS).describe('So many days back'),
  }),
  run: async (context, input): Promise<RulesTestResult> => {
    const { db, tenant, now } = context;
    const last = lastWholeDay(now());
    const range = rangeOf(addDays(last, 1 - input.days), last);
    const days = { first: range.from, last };
    const prepared = await db.reading(tenant, async (session) => {
      const layers = await ruleLayers(session, tenant, null);
      if (input.rule !== undefined) oneOf(await ruleItems(session, tenant, layers, null), input.rule);
      const named = input.domain === undefined ? null : await knownDomain(context, session, input.domain);
      const claimed = named === null ? await claimedDomains(session, tenant, 0, 100_000) : [named];
      return { layers, named, claimed, tenantDays: await loadTenantDays(session, tenant, days) };
    });
    const domains: readonly ClaimedDomain[] = prepared.claimed.slice(0, MOST_DOMAINS);
    const rulesOf = (domainId: number | null) =>
      resolveRules(prepared.layers, domainId)
        .filter(({ name }) => input.rule === undefined || name === input.rule)
        // Who asks for one rule wants to know before it is enabled.
        .map((rule) => (input.rule === undefined ? rule : { ...rule, enabled: true }));
    const cooldowns = new Map(rulesOf(null).map((rule) => [rule.name, rule.cooldownHours]));
    const book = new AlertBook((rule) => cooldowns.get(rule) ?? 0);
    if (prepared.named === null && rulesAbout(rulesOf(null), null).length > 0)
      for (const day of daysOf(range)) {
        context.signal?.throwIfAborted();
        const facts = await db.reading(tenant, (session) => loadTenantFacts(session, tenant, day));
        book.take(null, day, judge(rulesOf(null), facts, day));
      }
    for (const domain of domains) {
      const rules = rulesOf(domain.id);
      const history = await db.reading(tenant, (session) => loadHistory(session, tenant, domain, days));
      for (const day of daysOf(range)) {
        context.signal?.throwIfAborted();
        book.take(domain.name, day, judge(rules, factsOf(history, prepared.tenantDays, day), day));
        // Others are answered in between.
        await setImmediate();
      }
    }
    const alerts = book.alerts().toReversed();
    return {
      range,
      rule: input.rule ?? null,
      domains: domains.length,
      otherDomains: prepared.claimed.length - domains.length,
      items: alerts.slice(0, MOST_LISTED).map(tested),
      more: Math.max(0, alerts.length - MOST_LISTED),
    };
  },
});

function tested({ rule, domain, finding, openedDay, lastDay }: ScoredAlert): TestedAlert {
  return { rule, domain, severity: finding.severity, firstDay: openedDay, lastDay, says: finding.says };
}
