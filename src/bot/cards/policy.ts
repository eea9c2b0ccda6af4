import type { SummaryResult } from '../../core/operations/summary.js';

type Policy = NonNullable<SummaryResult['policy']>;

/** The published policy on one line: `p=none sp=reject, DKIM relaxed, SPF strict`. */
export function policyText(policy: Omit<Policy, 'day'>): string {
  const tags = (['p', 'sp', 'np'] as const).flatMap((name) =>
    policy[name] === null ? [] : [`${name}=${policy[name]}`],
  );
  if (policy.pct !== null && policy.pct !== 100) tags.push(`pct=${policy.pct}`);
  if (policy.testing === 'y') tags.push('t=y');
  const modes = [alignmentMode('DKIM', policy.adkim), alignmentMode('SPF', policy.aspf)];
  return [tags.length === 0 ? 'no p' : tags.join(' '), ...modes].filter((part) => part !== null).join(', ');
}

/** What the policy means for mail that fails; null where reports say no policy. */
export function policySentence(policy: Policy | null): string | null {
  if (policy?.p === undefined || policy.p === null) return null;
  if (policy.p === 'none') return 'p=none: spoofing is not stopped.';
  if (policy.testing === 'y') return `p=${policy.p} is only being tested (t=y).`;
  if (policy.pct !== null && policy.pct < 100) return `p=${policy.p} for ${policy.pct} % of what fails.`;
  if (policy.p === 'quarantine') return 'p=quarantine: what fails goes to spam.';
  if (policy.p === 'reject') return 'p=reject: what fails is refused.';
  return null;
}

function alignmentMode(name: string, mode: string | null): string | null {
  if (mode === 'r') return `${name} relaxed`;
  return mode === 's' ? `${name} strict` : null;
}
