import { getDomain } from 'tldts';
import type { DkimResult, OverrideReason, PublishedPolicy, SpfResult } from '../report/report.js';
import type { Policy, ReporterPlan } from './scenario-schema.js';

type Standard = ReporterPlan['standard'];

/** Whether an authenticated domain agrees with the From domain (RFC 9989 §5.1; RFC 7489 §3.1). */
export function isAligned(mode: 'r' | 's', authenticated: string, headerFrom: string): boolean {
  if (mode === 's' || authenticated === headerFrom) return authenticated === headerFrom;
  return (getDomain(authenticated) ?? authenticated) === (getDomain(headerFrom) ?? headerFrom);
}

/** Whether DKIM and SPF pass for a domain that agrees with the From domain. */
export function alignment(
  policy: Policy,
  headerFrom: string,
  results: { readonly dkim: readonly DkimResult[]; readonly spf: readonly SpfResult[] },
): { readonly dkim: boolean; readonly spf: boolean } {
  const agrees = (mode: 'r' | 's') => (result: DkimResult | SpfResult) =>
    result.result === 'pass' && isAligned(mode, result.domain ?? '', headerFrom);
  return { dkim: results.dkim.some(agrees(policy.adkim)), spf: results.spf.some(agrees(policy.aspf)) };
}

/** What a receiver does with a part of some messages. */
export interface Decision {
  readonly weight: number;
  readonly disposition: string;
  readonly reasons: readonly OverrideReason[];
}

const MILDER: Readonly<Record<string, string>> = { reject: 'quarantine', quarantine: 'none', none: 'none' };

function because(type: string, comment: string | null = null): readonly OverrideReason[] {
  return [{ type, comment }];
}

/** The policy for this From domain: `sp` for a subdomain, `np` for one that does not exist. */
function applicable(
  policy: Policy,
  from: { readonly isSubdomain: boolean; readonly nonexistent: boolean },
): string {
  if (!from.isSubdomain) return policy.p;
  const forSubdomains = policy.sp ?? policy.p;
  return from.nonexistent ? (policy.np ?? forSubdomains) : forSubdomains;
}

/**
 * What happens to messages, in parts that sum to 1. Receivers by RFC 7489 sample by `pct`; those by RFC 9990
 * know `np` and `testing`, and say `pass` where a policy was enforced and met.
 */
export function decide(
  policy: Policy,
  standard: Standard,
  message: {
    readonly passes: boolean;
    readonly isSubdomain: boolean;
    readonly nonexistent: boolean;
    /** Part that is let through all the same, as forwarded. */
    readonly forgiven: number;
    /** Part that is let through all the same, for no reason; none when absent. */
    readonly ignored?: number;
  },
): Decision[] {
  const modern = standard === 'rfc9990';
  const action = applicable(policy, {
    ...message,
    nonexistent: message.nonexistent && standard !== 'rfc7489',
  });
  if (message.passes)
    return [{ weight: 1, disposition: modern && action !== 'none' ? 'pass' : 'none', reasons: [] }];
  if (action === 'none') return [{ weight: 1, disposition: 'none', reasons: [] }];

  const kept: Decision = {
    weight: message.forgiven,
    disposition: 'none',
    reasons: modern ? because('trusted_forwarder') : because('forwarded', 'looks forwarded'),
  };
  const { ignored = 0 } = message;
  const rest = (1 - message.forgiven) * (1 - ignored);
  const milder = MILDER[action] ?? 'none';
  const unasked: Decision[] =
    ignored === 0 ? [] : [{ weight: (1 - message.forgiven) * ignored, disposition: 'none', reasons: [] }];
  if (modern && policy.testing === 'y')
    return [kept, ...unasked, { weight: rest, disposition: milder, reasons: because('policy_test_mode') }];
  const sampled = modern ? 1 : policy.pct / 100;
  return [
    kept,
    ...unasked,
    { weight: rest * sampled, disposition: action, reasons: [] },
    { weight: rest * (1 - sampled), disposition: milder, reasons: because('sampled_out') },
  ];
}

/** The policy as a reporter of this standard publishes it. */
export function publishedPolicy(policy: Policy, domain: string, standard: Standard): PublishedPolicy {
  const modern = standard === 'rfc9990';
  const sp = policy.sp ?? policy.p;
  return {
    domain,
    versionPublished: null,
    p: policy.p,
    sp: modern ? (policy.sp ?? null) : sp,
    np: standard === 'rfc7489' ? null : modern ? (policy.np ?? null) : (policy.np ?? sp),
    adkim: policy.adkim,
    aspf: policy.aspf,
    pct: modern ? null : policy.pct,
    fo: policy.fo ?? null,
    testing: modern ? policy.testing : null,
    discoveryMethod: modern ? 'treewalk' : null,
  };
}
