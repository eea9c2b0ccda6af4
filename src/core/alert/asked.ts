import type { OverrideReason } from '../report/report.js';

interface Published {
  readonly p: string | null;
  readonly sp: string | null;
  readonly np: string | null;
  readonly pct: number | null;
  readonly testing: string | null;
}

/** Mildest first. */
const ASKING = ['quarantine', 'reject'] as const;

/**
 * What a policy asks to be done with a failing message, or null where a receiver may deliver it: a policy for a part of
 * the mail (pct), one on trial (t=y), or none. For a subdomain the milder of sp and np counts, since a report does not
 * say whether the name exists.
 */
export function askedOf(policy: Published, isSubdomain: boolean): (typeof ASKING)[number] | null {
  if ((policy.pct ?? 100) < 100 || policy.testing === 'y') return null;
  const sp = policy.sp ?? policy.p;
  const words = isSubdomain ? [sp, policy.np ?? sp] : [policy.p];
  if (words.some((word) => word !== 'quarantine' && word !== 'reject')) return null;
  return words.includes('quarantine') ? 'quarantine' : 'reject';
}

/** Whether a receiver said why it did otherwise, such as `forwarded` or `sampled_out`. */
export function hasReason(reasons: readonly OverrideReason[]): boolean {
  return reasons.some(({ type, comment }) => (type ?? '') !== '' || (comment ?? '') !== '');
}
