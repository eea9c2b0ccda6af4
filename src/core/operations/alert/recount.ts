import { recountedAt } from '../../alert/escalation.js';
import { resolveRules, type RuleLayer } from '../../alert/layers.js';
import type { EventKind } from '../../alert/transition.js';
import { clocksOf, setClocks } from '../../store/alert-clocks.js';
import type { Session } from '../../store/session.js';

/** With these the clock of an alert begins anew. */
const BEGINNINGS: readonly EventKind[] = [
  'opened',
  'acknowledged',
  'unacknowledged',
  'reopened',
  'woken',
  'reminded',
];

/** What was said of a rule, and what is said of it now. */
export interface RuleChange {
  readonly rule: string;
  /** Of one domain, or with null of all. */
  readonly domainId: number | null;
  readonly before: readonly RuleLayer[];
  readonly after: readonly RuleLayer[];
}

/**
 * Has a rule's alerts that are not resolved escalated and reminded of by the times that were set just now, as if they had
 * been so from the start; what is overdue by them is due now. For who holds the rules, so that nobody changes an alert by
 * the times that were.
 */
export async function recount(
  session: Session,
  tenant: number,
  { rule, domainId, before, after }: RuleChange,
  now: Date,
): Promise<void> {
  const [was, is] = [timesOf(before, rule), timesOf(after, rule)];
  const clocks = await clocksOf(session, tenant, rule, domainId, BEGINNINGS);
  const changed = clocks.flatMap((clock) => {
    const times = is(clock.domainId);
    return sameTimes(was(clock.domainId), times)
      ? []
      : [{ id: clock.id, nextStepAt: recountedAt(clock, times, clock.begunAt, now) }];
  });
  if (changed.length > 0) await setClocks(session, tenant, changed);
}

type Times = Parameters<typeof recountedAt>[1];

const NEVER: Times = { escalateMinutes: null, remindMinutes: null };

/** The times that hold for a domain, worked out once for each. */
function timesOf(layers: readonly RuleLayer[], rule: string): (domainId: number | null) => Times {
  const own = layers.filter(({ name }) => name === rule);
  const known = new Map<number | null, Times>();
  return (domainId) => {
    const times =
      known.get(domainId) ?? resolveRules(own, domainId).find(({ name }) => name === rule) ?? NEVER;
    known.set(domainId, times);
    return times;
  };
}

function sameTimes(a: Times, b: Times): boolean {
  return a.escalateMinutes === b.escalateMinutes && a.remindMinutes === b.remindMinutes;
}
