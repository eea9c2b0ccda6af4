import { nearest } from '../../analysis/nearest.js';
import type { Section } from '../../digest/content.js';
import type { Period } from '../../digest/schedule.js';
import { channelNameAt, channelNames, holdChannel } from '../../store/channels.js';
import { domainsOf } from '../../store/digest-figures.js';
import { findSubscription, type SubscriptionRow } from '../../store/digest-subscriptions.js';
import type { Session } from '../../store/session.js';
import { knownDomain } from '../filter.js';
import { OperationError, type Context } from '../operation.js';
import { ALL, WEEKDAYS, type Weekday } from './fields.js';

/** A subscription as people see it. */
export interface SubscriptionItem {
  readonly id: number;
  readonly channel: string;
  readonly frequency: Period;
  /** Of weekly ones alone. */
  readonly weekday: Weekday | null;
  /** Of monthly ones alone. */
  readonly day: number | null;
  /** Local time, `HH:MM`. */
  readonly time: string;
  readonly zone: string;
  /** null for all that are claimed. */
  readonly domains: readonly string[] | null;
  readonly sections: readonly Section[];
  readonly enabled: boolean;
  /** ISO 8601 in UTC; null where it is off. */
  readonly nextAt: string | null;
  /** Last UTC day that it told of; null before its first. */
  readonly toldUntil: string | null;
}

/** Rows as people see them: with the names of domains, and without those that are gone. */
export async function subscriptionItems(
  session: Session,
  tenant: number,
  rows: readonly SubscriptionRow[],
): Promise<SubscriptionItem[]> {
  const ids = [...new Set(rows.flatMap(({ domains }) => domains ?? []))];
  const names = new Map((await domainsOf(session, tenant, ids)).map(({ id, name }) => [id, name]));
  return rows.map((row) => ({
    id: row.id,
    channel: row.channel,
    frequency: row.period,
    weekday: WEEKDAYS[(row.weekday ?? 0) - 1] ?? null,
    day: row.monthDay,
    time: row.time,
    zone: row.zone,
    domains: row.domains?.flatMap((id) => names.get(id) ?? []) ?? null,
    sections: row.sections,
    enabled: row.enabled,
    nextAt: row.enabled ? row.nextAt.toISOString() : null,
    toldUntil: row.toldDay,
  }));
}

/** The subscription of a number. Throws OperationError `digest-unknown`. */
export async function knownSubscription(
  { tenant }: Context,
  session: Session,
  id: number,
): Promise<SubscriptionRow> {
  const row = await findSubscription(session, tenant, id);
  if (row !== null) return row;
  throw new OperationError('digest-unknown', `There is no digest ${id}; digests lists those that there are.`);
}

/** The channel of a name, or of the place where it is asked. Throws OperationError `channel-unknown`. */
export async function channelFor(
  { tenant, chat }: Context,
  session: Session,
  name: string | undefined,
): Promise<{ readonly id: number; readonly zone: string }> {
  const found =
    name ??
    (chat === undefined
      ? null
      : await channelNameAt(session, tenant, {
          kind: chat.platform,
          workspace: chat.workspace,
          address: chat.channel,
        }));
  if (found === null)
    throw new OperationError(
      'channel-unknown',
      chat === undefined
        ? 'Say to which channel it comes, such as channel:ops; channels lists those that there are.'
        : 'Nothing is told here yet: add this place first with channel-add NAME, or name another, such as channel:ops.',
    );
  const channel = await holdChannel(session, tenant, found);
  if (channel !== null) return channel;
  const near = nearest(found, await channelNames(session, tenant));
  const meant =
    near.length === 0 ? '; channels lists those that there are.' : `; did you mean ${near.join(' or ')}?`;
  throw new OperationError('channel-unknown', `There is no channel ${found}${meant}`, near);
}

/** Ids of domains by name; null for all. Throws OperationError for one that nobody knows or claimed. */
export async function claimedIds(
  context: Context,
  session: Session,
  names: readonly string[],
): Promise<readonly number[] | null> {
  if (names.includes(ALL)) return null;
  const ids: number[] = [];
  for (const name of new Set(names)) {
    const domain = await knownDomain(context, session, name);
    if (domain.claimedAt === null)
      throw new OperationError(
        'domain-not-claimed',
        `Digests tell of claimed domains, and nobody claimed ${domain.name}. Claim it first: claim ${domain.name}`,
      );
    ids.push(domain.id);
  }
  return ids;
}
