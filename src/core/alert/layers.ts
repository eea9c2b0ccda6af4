import type { Severity } from './finding.js';
import { kindOf, RULE_KINDS } from './kinds.js';
import type { Rule, RuleKind } from './rule.js';

/**
 * What people changed about a rule, of a domain or of all (table alert_rule); null leaves what is below, and so nothing
 * that is said here, such as never, is null.
 */
export interface RuleLayer {
  readonly name: string;
  readonly kind: string;
  /** null for the tenant's layer. */
  readonly domainId: number | null;
  readonly enabled: boolean | null;
  /** Those that were changed. */
  readonly thresholds: Readonly<Record<string, unknown>>;
  readonly severity: Severity | null;
  /** Empty for those that take all. */
  readonly channels: readonly number[] | null;
  readonly cooldownHours: number | null;
  /** 0 for never. */
  readonly escalateMinutes: number | null;
  readonly escalateTo: readonly number[] | null;
  /** 0 for never. */
  readonly remindMinutes: number | null;
  /** 0 for nobody. */
  readonly ownerId: number | null;
}

/** Of a layer, or of several, how alerts are told. */
export type LayerTelling = Pick<
  RuleLayer,
  'channels' | 'escalateMinutes' | 'escalateTo' | 'remindMinutes' | 'ownerId'
>;

/** How alerts are told after all these layers, of which the last one that says something holds. */
export function tellingAfter(layers: readonly LayerTelling[]): Pick<Rule, keyof LayerTelling> {
  const last = <Value>(value: (layer: LayerTelling) => Value | null): Value | null =>
    layers.map(value).findLast((one) => one !== null) ?? null;
  const positive = (value: number | null) => (value === 0 ? null : value);
  const channels = last((layer) => layer.channels);
  return {
    channels: channels?.length === 0 ? null : channels,
    escalateMinutes: positive(last((layer) => layer.escalateMinutes)),
    escalateTo: last((layer) => layer.escalateTo) ?? [],
    remindMinutes: positive(last((layer) => layer.remindMinutes)),
    ownerId: positive(last((layer) => layer.ownerId)),
  };
}

/**
 * The rules that hold for a domain: every kind as its own rule and what people made, each as its defaults, the tenant's
 * layer and the domain's say, the last one that says something. `domainId` null: for the tenant as a whole, and where
 * a domain has no layer of its own.
 */
export function resolveRules(layers: readonly RuleLayer[], domainId: number | null): Rule[] {
  const names = [...RULE_KINDS.map(({ name }) => name), ...layers.map(({ name }) => name)];
  return [...new Set(names)].flatMap((name) => {
    const ours = layers.filter((layer) => layer.name === name);
    const kind = kindOf(ours[0]?.kind ?? name);
    const own = ours.filter((layer) => layer.domainId === null);
    const domains = domainId === null ? [] : ours.filter((layer) => layer.domainId === domainId);
    // One that was made for another domain alone is none here.
    const isHere = kindOf(name) !== null || own.length + domains.length > 0;
    return kind === null || !isHere ? [] : [resolved(name, kind, [...own, ...domains])];
  });
}

/** Why no rule asks about an alert any more; null while one does. */
export function unasked(
  rules: readonly Rule[],
  alert: { readonly rule: string; readonly kind: string },
): 'rule-disabled' | 'rule-removed' | null {
  const rule = rules.find(({ name }) => name === alert.rule);
  if (rule !== undefined) return rule.enabled ? null : 'rule-disabled';
  // Another version of the program may know the kind, and ask.
  return kindOf(alert.kind) === null ? null : 'rule-removed';
}

function resolved(name: string, kind: RuleKind, layers: readonly RuleLayer[]): Rule {
  const last = <Value>(value: (layer: RuleLayer) => Value | null): Value | null =>
    layers.map(value).findLast((one) => one !== null) ?? null;
  return {
    name,
    kind: kind.name,
    enabled: last((layer) => layer.enabled) ?? true,
    thresholds: thresholdsOf(kind, Object.assign({}, ...layers.map((layer) => layer.thresholds))),
    severity: last((layer) => layer.severity) ?? kind.severity,
    cooldownHours: last((layer) => layer.cooldownHours) ?? kind.cooldownHours,
    ...tellingAfter(layers),
  };
}

/** With what was stored under other bounds left out: the default takes its place. */
function thresholdsOf(
  kind: RuleKind,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const read = kind.thresholds.safeParse(given);
  if (read.success) return read.data as Record<string, unknown>;
  const wrong = new Set(read.error.issues.map((issue) => issue.path[0]));
  const kept = Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.has(name)));
  return kind.thresholds.parse(kept) as Record<string, unknown>;
}
