import type { NextStep } from '../analysis/next-step.js';
import type { AlertLine, DomainDetails } from './content.js';

/** One thing to do. */
export type Action =
  | { readonly kind: 'alert'; readonly alert: AlertLine }
  | { readonly kind: 'step'; readonly domain: string; readonly step: NextStep };

const MOST = 3;
/** Lower comes first. A step takes its place among the alerts by what it is about. */
const ALERT_RANK = { critical: 0, warning: 2, info: 6 } as const;
const STEP_RANK = {
  'look-at-new-source': 1,
  'look-at-failing-source': 3,
  'get-reports': 4,
  'raise-policy': 5,
  'keep-watching': null,
} as const satisfies Readonly<Record<NextStep['code'], number | null>>;

/**
 * The few things that help most now: what open alerts advise, and the next steps of the domains that were looked at. An
 * alert that somebody has already taken comes after those of its severity that nobody has. Pure.
 */
export function actionsOf(details: readonly DomainDetails[], alerts: readonly AlertLine[]): Action[] {
  const told = new Set(alerts.filter(({ cause }) => cause === 'sending').map(({ domain }) => domain));
  const ranked: { readonly rank: number; readonly size: number; readonly action: Action }[] = [];
  for (const alert of alerts)
    ranked.push({
      rank: ALERT_RANK[alert.severity],
      size: alert.state === 'open' ? 1 : 0,
      action: { kind: 'alert', alert },
    });
  for (const { domain, nextStep: step } of details) {
    const rank = step === null ? null : STEP_RANK[step.code];
    if (step === null || rank === null) continue;
    // An alert about who sends says it already.
    if ('source' in step && told.has(domain)) continue;
    ranked.push({ rank, size: 'failed' in step ? step.failed : 0, action: { kind: 'step', domain, step } });
  }
  return ranked
    .toSorted((a, b) => a.rank - b.rank || b.size - a.size)
    .slice(0, MOST)
    .map(({ action }) => action);
}
