import type { Cause, Finding, Severity } from './finding.js';

/** `open` asks for somebody; `acknowledged` has somebody; `resolved` is over. */
export const ALERT_STATES = ['open', 'acknowledged', 'resolved'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** An alert as it stands. Times are ISO 8601 in UTC. */
export interface Alert {
  readonly id: number;
  readonly rule: string;
  readonly kind: string;
  readonly domain: string | null;
  readonly cause: Cause;
  readonly severity: Severity;
  readonly state: AlertState;
  /** Grows with each change that a card shows. */
  readonly version: number;
  /** The version of the last change that deserves a message of its own. */
  readonly notableVersion: number;
  /** The alert on whose card this one is told; null where it has its own. */
  readonly leadId: number | null;
  /** Source network that it is about. */
  readonly sender: string | null;
  readonly finding: Finding;
  readonly timesFound: number;
  readonly openedAt: string;
  readonly lastFoundAt: string;
  /** Since when its cause is gone. */
  readonly clearSince: string | null;
  readonly snoozedUntil: string | null;
  readonly assignee: { readonly id: number; readonly name: string } | null;
  readonly acknowledged: Done | null;
  readonly resolved: Done | null;
  /** How often it was escalated since it was opened or reopened. */
  readonly escalation: number;
}

export interface Done {
  readonly at: string;
  /** Name of a person, or `dmarc-ops` for the system. */
  readonly by: string;
}
