import { z } from 'zod';
import { CAUSES, SEVERITIES } from '../../core/alert/finding.js';
import { count, day, moment, named, range } from './parts.js';

const text = z.string().nullable();
const value = z.union([z.number(), z.string()]);

const ruleItem = z
  .object({
    name: z.string(),
    kind: z.string(),
    title: z.string(),
    summary: z.string(),
    cause: z.enum(CAUSES),
    about: z.enum(['domain', 'tenant', 'both']),
    made: z.boolean().meta({ description: 'Whether people made it' }),
    enabled: z.boolean(),
    severity: z.enum(SEVERITIES),
    thresholds: z.array(
      z.object({ name: z.string(), value, standard: value, unit: z.string(), description: z.string() }),
    ),
    channels: z.array(z.string()).nullable().meta({ description: 'Null for all that take all' }),
    cooldownHours: count,
    escalateMinutes: count.nullable(),
    escalateTo: z.array(z.string()),
    remindMinutes: count.nullable(),
    owner: text,
    domains: z.array(z.string()).meta({ description: 'For which it was changed' }),
    changedAt: moment.nullable(),
    changedBy: text,
  })
  .register(named, { id: 'Rule' });

export const rulesResult = z
  .object({ domain: text, items: z.array(ruleItem) })
  .register(named, { id: 'Rules' });

export const ruleResult = z.object({ domain: text, rule: ruleItem }).register(named, { id: 'RuleOfDomain' });

export const rulesTestResult = z
  .object({
    range,
    rule: text,
    domains: count,
    otherDomains: count.meta({ description: 'Claimed domains that were not looked at' }),
    items: z.array(
      z.object({
        rule: z.string(),
        domain: text,
        severity: z.enum(SEVERITIES),
        firstDay: day,
        lastDay: day,
        says: z.string(),
      }),
    ),
    more: count,
  })
  .register(named, { id: 'RulesTest' });
