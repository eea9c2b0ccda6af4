import { z } from 'zod';
import type { Cause, Severity } from '../../alert/finding.js';
import { kindOf } from '../../alert/kinds.js';
import { resolveRules } from '../../alert/layers.js';
import type { Rule, RuleKind } from '../../alert/rule.js';
import type { RuleRow } from '../../store/alert-rules.js';
import { listChannels } from '../../store/channels.js';
import type { Session } from '../../store/session.js';
import { findUserById } from '../../store/users.js';

/** A threshold as people see it. */
export interface ThresholdItem {
  readonly name: string;
  readonly value: number | string;
  readonly standard: number | string;
  /** What it is measured in, such as `messages`; `fraction` is a part of a whole. */
  readonly unit: string;
  readonly description: string;
}

/** A rule as people see it, as it holds for one domain or for all. */
export interface RuleItem {
  readonly name: string;
  readonly kind: string;
  readonly title: string;
  readonly summary: string;
  readonly cause: Cause;
  /** What it is asked about. */
  readonly about: 'domain' | 'tenant' | 'both';
  /** Whether people made it; the others are there from the start. */
  readonly made: boolean;
  readonly enabled: boolean;
  readonly severity: Severity;
  readonly thresholds: readonly ThresholdItem[];
  /** Names; null for all that take all. */
  readonly channels: readonly string[] | null;
  readonly cooldownHours: number;
  readonly escalateMinutes: number | null;
  readonly escalateTo: readonly string[];
  readonly remindMinutes: number | null;
  /** Address of a user; null for nobody. */
  readonly owner: string | null;
  /** Domains for which it was changed. */
  readonly domains: readonly string[];
  /** ISO 8601; null where nobody changed it. */
  readonly changedAt: string | null;
  readonly changedBy: string | null;
}

/** The rules of a domain, or with null those of the tenant, with names in place of ids. */
export async function ruleItems(
  session: Session,
  tenant: number,
  rows: readonly RuleRow[],
  domainId: number | null,
): Promise<RuleItem[]> {
  const channels = new Map((await listChannels(session, tenant)).map(({ id, name }) => [id, name]));
  const names = (ids: readonly number[]) => ids.flatMap((id) => channels.get(id) ?? []);
  const items: RuleItem[] = [];
  for (const rule of allRules(rows, domainId)) {
    const kind = kindOf(rule.kind);
    if (kind === null) continue;
    const layers = rows.filter(({ name }) => name === rule.name);
    const last = layers.toSorted((a, b) => b.changedAt.getTime() - a.changedAt.getTime())[0];
    const owner = rule.ownerId === null ? null : await findUserById(session, tenant, rule.ownerId);
    items.push({
      name: rule.name,
      kind: kind.name,
      title: kind.title,
      summary: kind.summary,
      cause: kind.cause,
      about: kind.about ?? 'domain',
      made: kindOf(rule.name) === null,
      enabled: rule.enabled,
      severity: rule.severity,
      thresholds: thresholdItems(kind, rule.thresholds),
      channels: rule.channels === null ? null : names(rule.channels),
      cooldownHours: rule.cooldownHours,
      escalateMinutes: rule.escalateMinutes,
      escalateTo: names(rule.escalateTo),
      remindMinutes: rule.remindMinutes,
      owner: owner?.email ?? null,
      domains: layers.flatMap(({ domain }) => domain ?? []),
      changedAt: last?.changedAt.toISOString() ?? null,
      changedBy: last?.changedBy ?? null,
    });
  }
  return items;
}

/** Those that hold, and those that were made for some domains alone, as they are there. */
function allRules(rows: readonly RuleRow[], domainId: number | null): Rule[] {
  const here = resolveRules(rows, domainId);
  if (domainId !== null) return here;
  const elsewhere = rows.filter(
    (row, at) =>
      !here.some(({ name }) => name === row.name) && rows.findIndex(({ name }) => name === row.name) === at,
  );
  return [
    ...here,
    ...elsewhere.flatMap((row) => resolveRules(rows, row.domainId).filter(({ name }) => name === row.name)),
  ];
}

/** Thresholds of a kind, with their values. */
export function thresholdItems(
  kind: RuleKind,
  values: Readonly<Record<string, unknown>> = {},
): ThresholdItem[] {
  const standard = kind.thresholds.parse({}) as Readonly<Record<string, number | string>>;
  const { properties = {} } = z.toJSONSchema(kind.thresholds, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const about = typeof property === 'object' ? property : {};
    const usual = standard[name] ?? '';
    const value = values[name];
    return {
      name,
      value: typeof value === 'number' || typeof value === 'string' ? value : usual,
      standard: usual,
      unit: typeof about['unit'] === 'string' ? about['unit'] : '',
      description: about.description ?? '',
    };
  });
}
