import type { Section } from '../digest/content.js';
import type { Schedule } from '../digest/schedule.js';
import type { Session } from './session.js';

export interface SubscriptionRow extends Schedule {
  readonly id: number;
  readonly channelId: number;
  readonly channel: string;
  /** Ids of domains; null for all that are claimed. */
  readonly domains: readonly number[] | null;
  readonly sections: readonly Section[];
  readonly enabled: boolean;
  readonly nextAt: Date;
  readonly createdAt: Date;
  readonly createdBy: string;
  /** Last UTC day of its last digest; null before the first. */
  readonly toldDay: string | null;
}

/** What people set of a subscription, and when it is due next by that. */
export interface SubscriptionSet extends Schedule {
  readonly channelId: number;
  readonly domains: readonly number[] | null;
  readonly sections: readonly Section[];
  readonly enabled: boolean;
  readonly nextAt: Date;
}

const SUBSCRIPTIONS = `SELECT s.id, s.channel_id AS "channelId", c.name AS channel, s.period, s.weekday, s.month_day AS "monthDay",
    to_char(s.local_time, 'HH24:MI') AS time, s.zone, s.domains, s.sections, s.enabled, s.next_at AS "nextAt",
    s.created_at AS "createdAt", s.created_by AS "createdBy",
    (SELECT MAX(d.last_day) FROM digest d WHERE d.tenant_id = s.tenant_id AND d.subscription_id = s.id) AS "toldDay"
  FROM digest_subscription s JOIN channel c ON c.tenant_id = s.tenant_id AND c.id = s.channel_id
  WHERE s.tenant_id = $1`;

/** Subscriptions in the order in which they were made, from after an id on. */
export function listSubscriptions(
  session: Session,
  tenant: number,
  page: { readonly limit: number; readonly after: number | null },
): Promise<SubscriptionRow[]> {
  return session.rows<SubscriptionRow>(
    `${SUBSCRIPTIONS} AND ($2::int IS NULL OR s.id > $2) ORDER BY s.id LIMIT $3`,
    [tenant, page.after, page.limit],
  );
}

/** One subscription; null where there is none. */
export async function findSubscription(
  session: Session,
  tenant: number,
  id: number,
): Promise<SubscriptionRow | null> {
  const [row] = await session.rows<SubscriptionRow>(`${SUBSCRIPTIONS} AND s.id = $2`, [tenant, id]);
  return row ?? null;
}

/** Subscriptions that are due, the longest due first. Index digest_subscription_due. */
export function dueSubscriptions(
  session: Session,
  tenant: number,
  at: Date,
  limit: number,
): Promise<SubscriptionRow[]> {
  return session.rows<SubscriptionRow>(
    `${SUBSCRIPTIONS} AND s.enabled AND s.next_at <= $2 ORDER BY s.next_at, s.id LIMIT $3`,
    [tenant, at, limit],
  );
}

/** How many subscriptions there are. */
export async function countSubscriptions(session: Session, tenant: number): Promise<number> {
  const { count } = await session.row<{ count: number }>(
    'SELECT COUNT(*) AS count FROM digest_subscription WHERE tenant_id = $1',
    [tenant],
  );
  return count;
}

const SET = [
  'channel_id',
  'period',
  'weekday',
  'month_day',
  'local_time',
  'zone',
  'domains',
  'sections',
  'enabled',
  'next_at',
];

/** Adds a subscription; gives its id. */
export async function addSubscription(
  session: Session,
  tenant: number,
  set: SubscriptionSet,
  made: { readonly at: Date; readonly by: string },
): Promise<number> {
  const { id } = await session.row<{ id: number }>(
    `INSERT INTO digest_subscription (tenant_id, ${SET.join(', ')}, created_at, created_by)
     VALUES ($1, ${SET.map((_, at) => `$${at + 2}`).join(', ')}, $12, $13) RETURNING id`,
    [tenant, ...valuesOf(set), made.at, made.by],
  );
  return id;
}

/** Sets all that people set of a subscription. False where it is not there. */
export async function setSubscription(
  session: Session,
  tenant: number,
  id: number,
  set: SubscriptionSet,
): Promise<boolean> {
  const changed = await session.run(
    `UPDATE digest_subscription SET ${SET.map((name, at) => `${name} = $${at + 2}`).join(', ')}
     WHERE tenant_id = $1 AND id = $12`,
    [tenant, ...valuesOf(set), id],
  );
  return changed > 0;
}

function valuesOf(set: SubscriptionSet): readonly unknown[] {
  const { channelId, period, weekday, monthDay, time, zone, domains, sections, enabled, nextAt } = set;
  return [channelId, period, weekday, monthDay, time, zone, domains, sections, enabled, nextAt];
}

/** Removes a subscription with its digests, of which nothing is told any more. False where it is not there. */
export async function removeSubscription(session: Session, tenant: number, id: number): Promise<boolean> {
  await session.run(
    `DELETE FROM delivery WHERE tenant_id = $1 AND subject = 'digest'
       AND subject_id IN (SELECT id FROM digest WHERE tenant_id = $1 AND subscription_id = $2)`,
    [tenant, id],
  );
  return (
    (await session.run('DELETE FROM digest_subscription WHERE tenant_id = $1 AND id = $2', [tenant, id])) > 0
  );
}

/** Moves a subscription on to its next time. False where it was moved, changed or removed meanwhile. */
export async function moveOn(
  session: Session,
  tenant: number,
  { id, nextAt }: Pick<SubscriptionRow, 'id' | 'nextAt'>,
  next: Date,
): Promise<boolean> {
  const changed = await session.run(
    'UPDATE digest_subscription SET next_at = $4 WHERE tenant_id = $1 AND id = $2 AND next_at = $3 AND enabled',
    [tenant, id, nextAt, next],
  );
  return changed > 0;
}
