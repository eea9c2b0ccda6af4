import { z } from 'zod';
import { nearest } from '../../analysis/nearest.js';
import { ruleLayers } from '../../store/alert-rules.js';
import { domainField, storableText } from '../fields.js';
import { knownDomain } from '../filter.js';
import { operation, OperationError } from '../operation.js';
import { ruleItems, type RuleItem } from './rule-item.js';

export interface RulesResult {
  /** For which domain; null for all that have no layer of their own. */
  readonly domain: string | null;
  readonly items: readonly RuleItem[];
}

export const ruleNameField = storableText(z.string().trim().toLowerCase().min(1).max(100)).describe(
  'Name of a rule, as rules lists it',
);
/** Where a layer is meant. */
export const ruleDomainField = domainField.optional().describe('Only of this domain; else of all');

export const rules = operation({
  name: 'rules',
  summary: 'List the rules that open alerts, with their thresholds',
  role: 'viewer',
  effect: 'reads',
  input: z.object({ domain: ruleDomainField }),
  run: (context, { domain }): Promise<RulesResult> =>
    context.db.reading(context.tenant, async (session) => {
      const row = domain === undefined ? null : await knownDomain(context, session, domain);
      const layers = await ruleLayers(session, context.tenant, null);
      const items = await ruleItems(session, context.tenant, layers, row?.id ?? null);
      return { domain: row?.name ?? null, items };
    }),
});

export interface RuleResult {
  readonly domain: string | null;
  readonly rule: RuleItem;
}

export const rule = operation({
  name: 'rule',
  summary: 'Show one rule: when it fires, its thresholds, and who is told',
  role: 'viewer',
  effect: 'reads',
  input: z.object({ rule: ruleNameField, domain: ruleDomainField }),
  run: async (context, input): Promise<RuleResult> => {
    const { domain, items } = await rules.run(context, input);
    return { domain, rule: oneOf(items, input.rule) };
  },
});

/** The rule of a name. Throws OperationError `rule-unknown` with the nearest names. */
export function oneOf(items: readonly RuleItem[], name: string): RuleItem {
  const found = items.find((item) => item.name === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    items.map((item) => item.name),
  );
  const meant =
    near.length === 0 ? '; rules lists those that there are.' : `; did you mean ${near.join(' or ')}?`;
  throw new OperationError('rule-unknown', `There is no rule ${name}${meant}`, near);
}
