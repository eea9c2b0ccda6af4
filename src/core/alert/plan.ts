import type { Alert } from './alert.js';
import type { Severity } from './finding.js';
import { worstOf } from './grouping.js';
import { quietAt } from './quiet.js';
import { isAbout, type InForce } from './suppression.js';

/** Whether a new message about an alert may be sent now, and why not. What is posted is kept true by edits all the same. */
export type Plan =
  | { readonly do: 'send' }
  | {
      readonly do: 'hold';
      readonly code: HoldCode;
      /** A few words for people. */
      readonly detail: string;
      /** When to look again, ISO 8601; null where something else has to change. */
      readonly until: string | null;
    }
  /** Nothing is sent for this version. */
  | { readonly do: 'skip'; readonly code: SkipCode; readonly detail: string };

export type HoldCode = 'suppressed' | 'inhibited' | 'snoozed' | 'quiet-hours';
export type SkipCode = 'over';

type Hold = Extract<Plan, { do: 'hold' }>;

/** What a plan is made of. */
export interface Planned {
  readonly alert: Alert;
  /** Told on its card. */
  readonly members: readonly Alert[];
  /** The alert that explains each of them, by id; absent for none. */
  readonly inhibitedBy: ReadonlyMap<number, Pick<Alert, 'id' | 'kind'>>;
  /** Those that keep alerts quiet. */
  readonly suppressions: readonly InForce[];
  readonly channel: QuietChannel;
  /** Whether a message about it was posted there before. */
  readonly shown: boolean;
  readonly now: Date;
}

export interface QuietChannel {
  /** Local times such as `22:00:00`; both null for none. */
  readonly quietFrom: string | null;
  readonly quietUntil: string | null;
  /** Name of the IANA time zone database. */
  readonly zone: string;
}

/** What waited in quiet hours is told a little after their end: the card that lists it comes first. */
export const AFTER_QUIET_MS = 90_000;

/** Decides on one alert and channel. A card is quiet when all that is told on it is. */
export function plan({ alert, members, inhibitedBy, suppressions, channel, shown, now }: Planned): Plan {
  if (!shown && alert.state === 'resolved')
    return { do: 'skip', code: 'over', detail: 'it was resolved before it was told here' };
  const open = members.filter(({ state }) => state !== 'resolved');
  const holds = [alert, ...open].map((one) => muted(one, inhibitedBy, suppressions, now));
  const silent = holds.filter((hold) => hold !== null);
  const [first] = silent;
  if (first !== undefined && silent.length === holds.length) return { ...first, until: earliest(silent) };
  if (alert.snoozedUntil !== null && new Date(alert.snoozedUntil) > now)
    return { do: 'hold', code: 'snoozed', detail: 'somebody put it off', until: alert.snoozedUntil };
  return waits(worstOf(alert, open), channel, now) ?? { do: 'send' };
}

/** Which suppression keeps an alert quiet longest now, with its end; null for none. */
export function suppressedBy(alert: Alert, suppressions: readonly InForce[], now: Date): InForce | null {
  return suppressions
    .filter(({ suppression, until }) => until > now && isAbout(suppression, alert))
    .reduce<InForce | null>(
      (longest, one) => (longest === null || one.until > longest.until ? one : longest),
      null,
    );
}

function muted(
  alert: Alert,
  inhibitedBy: Planned['inhibitedBy'],
  suppressions: readonly InForce[],
  now: Date,
): Hold | null {
  const found = suppressedBy(alert, suppressions, now);
  if (found !== null)
    return {
      do: 'hold',
      code: 'suppressed',
      detail: `suppression ${found.suppression.id} of ${found.suppression.created.by}: ${found.suppression.reason}`,
      until: found.until.toISOString(),
    };
  const by = inhibitedBy.get(alert.id);
  if (by === undefined) return null;
  return { do: 'hold', code: 'inhibited', detail: `alert ${by.id} (${by.kind}) explains it`, until: null };
}

/** Critical alerts pass quiet hours. */
function waits(
  severity: Severity,
  { quietFrom, quietUntil: until, zone }: QuietChannel,
  now: Date,
): Hold | null {
  if (severity === 'critical' || quietFrom === null || until === null) return null;
  const span = quietAt({ from: quietFrom, until, zone }, now);
  if (span === null) return null;
  return {
    do: 'hold',
    code: 'quiet-hours',
    detail: `quiet hours of the channel until ${until.slice(0, 5)} (${zone})`,
    until: new Date(span.until.getTime() + AFTER_QUIET_MS).toISOString(),
  };
}

/** The first at which one of them may have something else to say. */
function earliest(holds: readonly Hold[]): string | null {
  const times = holds.flatMap(({ until }) => (until === null ? [] : [until])).toSorted();
  return times[0] ?? null;
}
