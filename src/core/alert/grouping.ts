import type { Alert } from './alert.js';
import { SEVERITIES, type Finding, type Severity } from './finding.js';
import { mutedBy } from './inhibition.js';

/** How bad, as a number: more is worse. */
export function rankOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** The worst of an alert and of those on its card that are not resolved. */
export function worstOf(
  lead: Pick<Alert, 'severity'>,
  members: readonly Pick<Alert, 'severity' | 'state'>[],
): Severity {
  return members
    .filter(({ state }) => state !== 'resolved')
    .reduce<Severity>(
      (worst, { severity }) => (rankOf(severity) > rankOf(worst) ? severity : worst),
      lead.severity,
    );
}

/**
 * The alert on whose card a new one is told: the oldest of its domain and cause that is not resolved and has a card of
 * its own; null where it gets its own.
 */
export function leadOf<One extends Pick<Alert, 'id' | 'state' | 'cause' | 'leadId'>>(
  cause: Alert['cause'],
  ofDomain: readonly One[],
): One | null {
  const leads = ofDomain.filter(
    (one) => one.state !== 'resolved' && one.leadId === null && one.cause === cause,
  );
  return leads.toSorted((a, b) => a.id - b.id)[0] ?? null;
}

/** Findings in the order in which they are opened: what explains others, and what is worse, gets the card. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const explains = (finding: Finding) => (mutedBy(finding.kind).length > 0 ? 1 : 0);
  return findings.toSorted(
    (a, b) =>
      rankOf(b.severity) - rankOf(a.severity) ||
      explains(b) - explains(a) ||
      (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0),
  );
}

/** The member that takes the card over when its lead is resolved: the oldest that is not; null where all are. */
export function heirOf<One extends Pick<Alert, 'id' | 'state'>>(members: readonly One[]): One | null {
  const open = members.filter(({ state }) => state !== 'resolved');
  return open.toSorted((a, b) => a.id - b.id)[0] ?? null;
}
