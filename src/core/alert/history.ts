import { addDays } from './calendar.js';
import {
  BEFORE_DAYS,
  LEAST_NETWORK_MESSAGES,
  MEMORY_DAYS,
  MOST_NETWORKS,
  POLICY_DAYS,
  RECENT_DAYS,
  WINDOW_DAYS,
  type DomainFacts,
  type NameFact,
  type NetworkDay,
  type NetworkFact,
  type Passing,
  type PolicyFact,
  type ReporterFact,
  type TlsFact,
  type ViolationFact,
} from './facts.js';
import { lastDays, on } from './days.js';

/** Everything that is known of a domain by day, from which the facts of any day of the past are made. Days are in order. */
export interface DomainHistory {
  /** null for the tenant as a whole. */
  readonly domain: string | null;
  readonly firstDay: string | null;
  readonly known: readonly string[];
  readonly reporters: readonly ReporterHistory[];
  readonly networks: readonly NetworkHistory[];
  readonly failingAddresses: readonly { readonly day: string; readonly addresses: number }[];
  readonly policies: readonly SeenPolicy[];
  readonly violations: readonly ViolationFact[];
  readonly names: readonly NameHistory[];
  readonly tls: readonly TlsFact[];
  readonly conflicts: DomainFacts['conflicts'];
  readonly unreadable: DomainFacts['unreadable'];
}

/** What one report says was published. */
export interface SeenPolicy extends Omit<PolicyFact, 'firstDay'> {
  /** Days that the report covers. */
  readonly span: number;
}

export interface ReporterHistory {
  readonly reporter: string;
  readonly days: readonly { readonly day: string; readonly messages: number; readonly passed: number }[];
}

export interface NetworkHistory {
  readonly network: string;
  readonly days: readonly NetworkDay[];
}

export interface NameHistory {
  readonly name: string;
  readonly firstSeen: string;
  readonly days: readonly { readonly day: string; readonly messages: number; readonly passed: number }[];
}

/** Of the tenant as a whole, for the facts of its domains. */
export interface TenantDays {
  /** Days on which any reporter told of any domain. */
  readonly days: readonly string[];
  /** Days by reporter. */
  readonly byReporter: ReadonlyMap<string, readonly string[]>;
}

/** What the facts of domains need of the tenant's history. */
export function tenantDays({ reporters }: DomainHistory): TenantDays {
  const byReporter = new Map(reporters.map((one) => [one.reporter, one.days.map((seen) => seen.day)]));
  return { days: [...new Set([...byReporter.values()].flat())].toSorted(), byReporter };
}

/** The facts as of the end of a day: what `store/alert-facts.ts` loads of that day for many domains at once. */
export function factsOf(history: DomainHistory, tenant: TenantDays, day: string): DomainFacts {
  const window = lastDays(day, WINDOW_DAYS);
  const recent = lastDays(day, RECENT_DAYS);
  const policies = on(history.policies, lastDays(day, POLICY_DAYS));
  return {
    domain: history.domain,
    from: window[0] ?? day,
    to: day,
    firstDay: history.firstDay !== null && history.firstDay <= day ? history.firstDay : null,
    days: dayTotals(history.reporters, window),
    reporters: reportersOf(history.reporters, policies, tenant, window),
    tenantDays: tenant.days.filter((one) => one >= (window[0] ?? day) && one <= day),
    networks: networksOf(history.networks, day),
    failingAddresses: on(history.failingAddresses, recent),
    known: history.known,
    policies: policiesOf(policies),
    violations: on(history.violations, recent),
    names: history.names.flatMap((one) => nameOf(one, recent)),
    tls: on(history.tls, window),
    conflicts: on(history.conflicts, lastDays(day, POLICY_DAYS)),
    unreadable: on(history.unreadable, window),
  };
}

function dayTotals(reporters: readonly ReporterHistory[], window: readonly string[]): DomainFacts['days'] {
  const byDay = new Map<string, { messages: number; passed: number }>();
  for (const { days } of reporters)
    for (const { day, messages, passed } of on(days, window)) {
      const total = byDay.get(day) ?? { messages: 0, passed: 0 };
      byDay.set(day, { messages: total.messages + messages, passed: total.passed + passed });
    }
  return [...byDay].map(([day, total]) => ({ day, ...total })).toSorted((a, b) => (a.day < b.day ? -1 : 1));
}

function reportersOf(
  reporters: readonly ReporterHistory[],
  policies: readonly { readonly reporter: string; readonly span: number }[],
  tenant: TenantDays,
  window: readonly string[],
): ReporterFact[] {
  const [first = '', last = ''] = [window[0], window.at(-1)];
  const spans = new Map<string, number>();
  for (const { reporter, span } of policies) spans.set(reporter, Math.max(spans.get(reporter) ?? 1, span));
  return reporters
    .map(({ reporter, days }) => ({
      reporter,
      span: spans.get(reporter) ?? 1,
      days: on(days, window).map(({ day, messages }) => ({ day, messages })),
      lastAnywhere: tenant.byReporter.get(reporter)?.findLast((day) => day >= first && day <= last) ?? null,
    }))
    .filter(({ days }) => days.length > 0)
    .toSorted((a, b) => (a.reporter < b.reporter ? -1 : 1));
}

/** Each policy of a reporter once. */
function policiesOf(seen: readonly SeenPolicy[]): PolicyFact[] {
  const each = new Map<string, PolicyFact>();
  for (const { span: _span, ...policy } of seen) {
    const { reporter, p, sp, np, pct, testing } = policy;
    const key = [reporter, p, sp, np, pct, testing].join('\0');
    each.set(key, { ...policy, firstDay: each.get(key)?.firstDay ?? policy.day });
  }
  return inOrder([...each.values()]);
}

/** By the last day, then by the first: of two that end on one day, the later is the newer. */
export function inOrder(policies: readonly PolicyFact[]): PolicyFact[] {
  const place = ({ day, firstDay, reporter, p, sp, pct }: PolicyFact) =>
    [day, firstDay, reporter, p, sp, pct].join(' ');
  return policies.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
}

function networksOf(networks: readonly NetworkHistory[], day: string): NetworkFact[] {
  const recent = lastDays(day, RECENT_DAYS);
  const before = lastDays(addDays(day, -RECENT_DAYS), BEFORE_DAYS);
  const memory = lastDays(addDays(day, -RECENT_DAYS), MEMORY_DAYS);
  const seen = networks.flatMap(({ network, days: all }) => {
    const days = on(all, recent);
    const messages = days.reduce((sum, one) => sum + one.messages, 0);
    if (messages < LEAST_NETWORK_MESSAGES) return [];
    return [
      { network, all, days, messages, failing: messages - days.reduce((sum, one) => sum + one.passed, 0) },
    ];
  });
  type Seen = (typeof seen)[number];
  const leading = (rank: (one: Seen) => number) =>
    seen
      .filter((one) => rank(one) > 0)
      .toSorted((a, b) => rank(b) - rank(a) || (a.network < b.network ? -1 : 1))
      .slice(0, MOST_NETWORKS);
  const chosen = new Set([...leading((one) => one.messages), ...leading((one) => one.failing)]);
  return [...chosen]
    .toSorted((a, b) => (a.network < b.network ? -1 : 1))
    .map(({ network, all, days }) => ({
      network,
      days,
      before: totalOf(on(all, before)),
      seenBefore: on(all, memory).length > 0,
    }));
}

function totalOf(days: readonly Passing[]): NetworkFact['before'] {
  const total = { messages: 0, passed: 0, dkim: 0, spf: 0, days: days.length };
  for (const one of days) {
    total.messages += one.messages;
    total.passed += one.passed;
    total.dkim += one.dkim;
    total.spf += one.spf;
  }
  return total;
}

function nameOf({ name, firstSeen, days }: NameHistory, recent: readonly string[]): NameFact[] {
  if (firstSeen < (recent[0] ?? '') || firstSeen > (recent.at(-1) ?? '')) return [];
  const seen = on(days, recent);
  return [
    {
      name,
      firstSeen,
      messages: seen.reduce((sum, one) => sum + one.messages, 0),
      passed: seen.reduce((sum, one) => sum + one.passed, 0),
    },
  ];
}
