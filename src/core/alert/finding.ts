/** How bad it is. Critical alerts pass quiet hours. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What an alert is about: those of one domain and cause are told together, on one card. */
export const CAUSES = ['sending', 'volume', 'policy', 'reporting', 'transport', 'reading'] as const;
export type Cause = (typeof CAUSES)[number];

/**
 * That a rule holds of a domain, as of a day. Found again on a later day with the same key it is the same finding with
 * newer evidence. Plain data: it is stored as JSON.
 */
export interface Finding {
  /** Name of the rule, which is its kind for those that are built in. */
  readonly rule: string;
  readonly kind: string;
  readonly cause: Cause;
  readonly severity: Severity;
  /** null for what is about no domain, such as reports that cannot be read. */
  readonly domain: string | null;
  /** What makes it this finding and no other beside rule and domain, such as the source network; see fingerprint.ts. */
  readonly key: Readonly<Record<string, string>>;
  /** The last UTC day that it is found on, `YYYY-MM-DD`. */
  readonly day: string;
  /** One or two sentences: what happened, with its figures. */
  readonly says: string;
  /** One suggested fix. */
  readonly fix: string;
  /** What was measured, and what it was held against; shares are fractions. */
  readonly measure: Measure;
  readonly evidence: Evidence;
}

export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly threshold: number;
  readonly unit: 'messages' | 'fraction' | 'days' | 'reports' | 'sessions';
  /** What is usual; null where nothing is. */
  readonly baseline: number | null;
}

/** What shows that it is so; null and empty where it does not apply. */
export interface Evidence {
  /** A source network in CIDR notation. */
  readonly sender: string | null;
  /** Some of its addresses, most messages first. */
  readonly addresses: readonly string[];
  /** Domains of its DKIM signatures, with selector where it is known, and of its envelope, with the result. */
  readonly dkim: readonly Identifier[];
  readonly spf: readonly Identifier[];
  /** UTC day on which it was seen first. */
  readonly firstSeen: string | null;
  readonly messages: number | null;
  readonly failing: number | null;
  /** The measure on each of the last days, for a small chart; a day without is left out. */
  readonly days: readonly { readonly day: string; readonly value: number }[];
  /** Further short facts, such as the policy before and after. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
}

export interface Identifier {
  readonly domain: string;
  readonly selector: string | null;
  readonly result: string;
}
