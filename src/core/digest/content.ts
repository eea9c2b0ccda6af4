import type { Completeness } from '../analysis/completeness.js';
import type { DayFigures, Figures } from '../analysis/figures.js';
import type { NextStep } from '../analysis/next-step.js';
import type { Range } from '../analysis/range.js';
import type { AlertState } from '../alert/alert.js';
import type { Cause, Severity } from '../alert/finding.js';
import { actionsOf, type Action } from './actions.js';
import type { Period } from './schedule.js';

/** What a digest can hold, in the order in which it is told. */
export const SECTIONS = [
  'verdict',
  'changes',
  'actions',
  'senders',
  'alerts',
  'charts',
  'completeness',
] as const;
export type Section = (typeof SECTIONS)[number];

/** An alert that is not resolved, in a line. */
export interface AlertLine {
  readonly id: number;
  readonly rule: string;
  readonly domain: string | null;
  readonly cause: Cause;
  readonly severity: Severity;
  readonly state: AlertState;
  readonly says: string;
  readonly fix: string;
}

/** A domain that was looked at closely, as summary tells it. */
export interface DomainDetails {
  readonly domain: string;
  readonly figures: Figures;
  readonly policy: Policy | null;
  readonly topSources: readonly Sender[];
  readonly newFailing: readonly Sender[];
  readonly nextStep: NextStep | null;
}

interface Sender {
  readonly source: string | null;
  readonly figures: Figures;
  readonly isNew?: boolean;
}

/** As the latest report saw it. */
export interface Policy {
  readonly p: string | null;
  readonly sp: string | null;
  readonly np: string | null;
  readonly pct: number | null;
  readonly adkim: string | null;
  readonly aspf: string | null;
  readonly testing: string | null;
  readonly day: string;
}

/** Figures of some days beside those of as many days just before them. */
export interface Compared {
  readonly days: number;
  readonly figures: Figures;
  readonly before: Figures;
}

export interface NamedFigures {
  readonly domain: string;
  readonly figures: Figures;
}

/** All that is known when a digest is made. */
export interface DigestFacts {
  /** ISO 8601 in UTC. */
  readonly asOf: string;
  readonly period: Period;
  readonly range: Range;
  readonly sections: readonly Section[];
  readonly domains: readonly { readonly id: number; readonly name: string }[];
  readonly figures: Figures;
  /** Of as many days just before. */
  readonly before: Figures;
  /** The same over days whose reports are in; null where the period has none. */
  readonly compared: Compared | null;
  /** For the chart: the period, and days before it where it is short. */
  readonly series: readonly DayFigures[];
  readonly completeness: Completeness;
  readonly reporters: number;
  /** Most failing messages first; empty for one domain. */
  readonly worst: readonly NamedFigures[];
  /** The one domain, or the worst. */
  readonly details: readonly DomainDetails[];
  readonly alerts: { readonly count: number; readonly items: readonly AlertLine[] };
  /** Since the digest before, or since the period began. */
  readonly alertsSince: { readonly opened: number; readonly resolved: number };
  /** The digest before this one; null for the first. */
  readonly last: DigestContent | null;
}

/** A source that had no mail for the domain before this period. */
export interface NewSender {
  readonly domain: string;
  readonly source: string;
  readonly figures: Figures;
  /** Whether most of it fails. */
  readonly failing: boolean;
}

/** What changed since the digest before. */
export interface Changes {
  readonly compared: Compared | null;
  readonly before: Figures;
  readonly policies: readonly { readonly domain: string; readonly from: string; readonly to: string }[];
  /** Domains that the digest before did not tell of, and that this one tells of no more; null without one. */
  readonly domains: { readonly added: number; readonly gone: number } | null;
  readonly alerts: { readonly opened: number; readonly resolved: number };
}

/** A digest: what it tells, and nothing of how. Plain data, kept as JSON and bounded but for the ids of its domains. */
export interface DigestContent {
  readonly asOf: string;
  readonly period: Period;
  readonly range: Range;
  readonly sections: readonly Section[];
  readonly domainIds: readonly number[];
  /** The one domain that it is about; null for several. */
  readonly domain: string | null;
  readonly figures: Figures;
  readonly policy: Policy | null;
  /** `p` of the domains that were looked at closely. */
  readonly policies: Readonly<Record<string, string>>;
  readonly worst: readonly NamedFigures[];
  readonly changes: Changes;
  readonly actions: readonly Action[];
  readonly newFailing: number;
  readonly senders: readonly NewSender[];
  readonly alerts: { readonly count: number; readonly items: readonly AlertLine[] };
  readonly series: readonly DayFigures[];
  readonly reporters: number;
  readonly completeness: Completeness;
}

/** Senders listed. */
const SENDERS = 5;
/** Alerts listed; more are known for the actions. */
const ALERTS = 5;

/** Makes a digest of what is known. */
export function digestContent(facts: DigestFacts): DigestContent {
  const { asOf, period, range, sections, domains, figures, details, last, alerts, worst, series, reporters } =
    facts;
  const [only] = domains;
  const policies = policiesOf(details);
  return {
    asOf,
    period,
    range,
    sections: SECTIONS.filter((section) => sections.includes(section)),
    domainIds: domains.map(({ id }) => id),
    domain: domains.length === 1 ? (only?.name ?? null) : null,
    figures,
    policy: domains.length === 1 ? (details[0]?.policy ?? null) : null,
    policies,
    worst,
    changes: {
      compared: facts.compared,
      before: facts.before,
      policies: changedPolicies(policies, last?.policies ?? {}),
      domains: last === null ? null : changedDomains(facts, last),
      alerts: facts.alertsSince,
    },
    actions: actionsOf(details, alerts.items),
    newFailing: details.reduce((sum, { newFailing }) => sum + newFailing.length, 0),
    senders: newSenders(details).slice(0, SENDERS),
    alerts: { count: alerts.count, items: alerts.items.slice(0, ALERTS) },
    series,
    reporters,
    completeness: facts.completeness,
  };
}

function newSenders(details: readonly DomainDetails[]): NewSender[] {
  const all = details.flatMap(({ domain, topSources, newFailing }) => {
    const failing = new Set(newFailing.map(({ source }) => source));
    const fresh = topSources.filter(({ source, isNew }) => isNew === true && !failing.has(source));
    return [...newFailing, ...fresh].flatMap(({ source, figures }) =>
      source === null ? [] : [{ domain, source, figures, failing: failing.has(source) }],
    );
  });
  return all.toSorted(
    (a, b) =>
      Number(b.failing) - Number(a.failing) ||
      b.figures.messages - a.figures.messages ||
      (a.source < b.source ? -1 : 1),
  );
}

function policiesOf(details: readonly DomainDetails[]): Record<string, string> {
  return Object.fromEntries(
    details.flatMap(({ domain, policy }) =>
      policy?.p === undefined || policy.p === null ? [] : [[domain, policy.p]],
    ),
  );
}

function changedPolicies(
  now: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>>,
): Changes['policies'] {
  return Object.entries(now).flatMap(([domain, to]) => {
    const from = before[domain];
    return from === undefined || from === to ? [] : [{ domain, from, to }];
  });
}

function changedDomains({ domains }: DigestFacts, last: DigestContent): Changes['domains'] {
  const before = new Set(last.domainIds);
  const kept = domains.filter(({ id }) => before.has(id)).length;
  return { added: domains.length - kept, gone: last.domainIds.length - kept };
}
