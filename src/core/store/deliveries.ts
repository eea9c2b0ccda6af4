import type { Session } from './session.js';
import { storableJsonText } from './text.js';

/** What a delivery is about. */
export const SUBJECTS = ['alert', 'digest', 'notice'] as const;
export type SubjectKind = (typeof SUBJECTS)[number];

/** A change of a subject, as its channels shall hear of it. */
export interface WantedDelivery {
  readonly subject: SubjectKind;
  readonly subjectId: number;
  /** The subject's version, and the version of its last change that deserves a message of its own. */
  readonly version: number;
  readonly notableVersion: number;
  /** Channels to be told from now on, beside those that are; by id. */
  readonly channels?: readonly number[];
  readonly at: Date;
}

/** A delivery in the hands of whoever took it. */
export interface TakenDelivery {
  readonly id: number;
  readonly subject: SubjectKind;
  readonly subjectId: number;
  readonly channelId: number;
  readonly wantedVersion: number;
  readonly wantedNotable: number;
  /** 0 for none. */
  readonly shownVersion: number;
  readonly toldVersion: number;
  /** The posted message, by the platform's ids. */
  readonly ref: Readonly<Record<string, unknown>> | null;
  /** When a message was begun that may be there, though no reference was saved. */
  readonly begunAt: Date | null;
  /** Since when it is due. */
  readonly nextAt: Date;
  /** Tries since the last that came through. */
  readonly attempts: number;
  readonly heldCode: string | null;
  /** How often it was woken: what was decided before a later one does not hold. */
  readonly woken: number;
  /** The lease: whoever has the last number holds it. */
  readonly takes: number;
}

/** How a delivery stands when it is given back. */
export interface SettledDelivery {
  readonly id: number;
  readonly takes: number;
  /** The subject's versions that were looked at: where more is wanted by now, it is due at once. */
  readonly seenVersion: number;
  readonly seenNotable: number;
  /** How often it was woken when it was taken: where it is held, and was woken since, it is due at once. */
  readonly seenWoken: number;
  readonly shownVersion: number;
  readonly toldVersion: number;
  readonly ref: Readonly<Record<string, unknown>> | null;
  readonly begunAt: Date | null;
  /** When it has to be looked at again; null where nothing is to be done before the next version. */
  readonly nextAt: Date | null;
  readonly attempts: number;
  readonly heldCode: string | null;
  readonly lastError: string | null;
}

const COLUMNS = `id, subject, subject_id AS "subjectId", channel_id AS "channelId", wanted_version AS "wantedVersion",
  wanted_notable AS "wantedNotable", shown_version AS "shownVersion", told_version AS "toldVersion", ref,
  begun_at AS "begunAt", next_at AS "nextAt", attempts, held_code AS "heldCode", woken, takes`;

/**
 * Makes all deliveries of a subject out of date, and adds those to new channels; in the transaction that changes the
 * subject. Rows are locked in the order of their ids.
 */
export async function wantDelivery(session: Session, tenant: number, wanted: WantedDelivery): Promise<void> {
  const { subject, subjectId, version, notableVersion, channels = [], at } = wanted;
  if (channels.length > 0)
    await session.run(
      `INSERT INTO delivery (tenant_id, subject, subject_id, channel_id, wanted_version, wanted_notable, next_at)
       SELECT $1, $2, $3, c.id, $4, $5, $6 FROM channel c WHERE c.tenant_id = $1 AND c.id = ANY ($7) ORDER BY c.id
       ON CONFLICT (tenant_id, subject, subject_id, channel_id) DO NOTHING`,
      [tenant, subject, subjectId, version, notableVersion, at, channels],
    );
  await session.run(
    `UPDATE delivery SET wanted_version = GREATEST(wanted_version, $4), wanted_notable = GREATEST(wanted_notable, $5),
       next_at = $6
     WHERE tenant_id = $1 AND id IN (SELECT id FROM delivery WHERE tenant_id = $1 AND subject = $2 AND subject_id = $3
       AND (wanted_version < $4 OR wanted_notable < $5) ORDER BY id FOR UPDATE)`,
    [tenant, subject, subjectId, version, notableVersion, at],
  );
}

/** Tenants with deliveries that are due. Looks across tenants. */
export async function tenantsWithDeliveries(session: Session, now: Date): Promise<number[]> {
  const rows = await session.rows<{ id: number }>(
    `SELECT id FROM tenants_with_alert_work('deliveries', $1) AS id`,
    [now],
  );
  return rows.map(({ id }) => id);
}

export interface TakeDeliveries {
  /** Kinds of channels that the taker can speak to. */
  readonly kinds: readonly string[];
  readonly now: Date;
  readonly leasedUntil: Date;
  readonly most: number;
  readonly mostOfChannel: number;
  /** Channels that have to wait for their turn: with new messages, and with changes of posted ones. */
  readonly waiting: { readonly messages: readonly number[]; readonly changes: readonly number[] };
}

/**
 * Takes due deliveries, some of each channel, messages that are not there yet first; nobody else gets the same.
 * Index delivery_of_channel.
 */
export function takeDeliveries(
  session: Session,
  tenant: number,
  take: TakeDeliveries,
): Promise<TakenDelivery[]> {
  return session.rows<TakenDelivery>(
    `UPDATE delivery SET leased_until = $4, takes = takes + 1
     WHERE tenant_id = $1 AND id IN (SELECT due.id FROM channel c CROSS JOIN LATERAL (
         SELECT d.id, d.next_at, d.ref IS NULL AS fresh FROM delivery d
         WHERE d.tenant_id = c.tenant_id AND d.channel_id = c.id AND d.next_at <= $3
           AND (d.leased_until IS NULL OR d.leased_until < $3)
           AND NOT (CASE WHEN d.ref IS NOT NULL AND d.shown_version < d.wanted_version THEN c.id = ANY ($8)
             ELSE c.id = ANY ($7) END)
         ORDER BY d.ref IS NULL DESC, d.next_at, d.id LIMIT $6 FOR UPDATE SKIP LOCKED) AS due
       WHERE c.tenant_id = $1 AND c.kind = ANY ($2) ORDER BY due.fresh DESC, due.next_at, due.id LIMIT $5)
     RETURNING ${COLUMNS}`,
    [
      tenant,
      take.kinds,
      take.now,
      take.leasedUntil,
      take.most,
      take.mostOfChannel,
      take.waiting.messages,
      take.waiting.changes,
    ],
  );
}

/**
 * Notes that messages are begun now, before they are sent: one that is begun may be there. Gives the ids of those that
 * are still held by who asks; nothing may be sent for the others.
 */
export async function beginDeliveries(
  session: Session,
  tenant: number,
  taken: readonly Pick<TakenDelivery, 'id' | 'takes'>[],
  at: Date,
  leasedUntil: Date,
): Promise<ReadonlySet<number>> {
  const rows = await session.rows<{ id: number }>(
    `UPDATE delivery d SET begun_at = COALESCE(d.begun_at, $4), leased_until = $5
     FROM (SELECT held.id FROM delivery held JOIN unnest($2::bigint[], $3::integer[]) AS t (id, takes)
       ON held.id = t.id AND held.takes = t.takes WHERE held.tenant_id = $1 ORDER BY held.id FOR UPDATE OF held) AS mine
     WHERE d.tenant_id = $1 AND d.id = mine.id RETURNING d.id`,
    [tenant, taken.map(({ id }) => id), taken.map(({ takes }) => takes), at, leasedUntil],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Gives deliveries back as they stand now. One that somebody else took over is left alone; where more is wanted than
 * was seen, or something woke what is held, it stays due. Gives the ids of those that were settled.
 */
export async function settleDeliveries(
  session: Session,
  tenant: number,
  settled: readonly SettledDelivery[],
): Promise<ReadonlySet<number>> {
  if (settled.length === 0) return new Set();
  const rows = await session.rows<{ id: number }>(
    `UPDATE delivery d SET shown_version = s."shownVersion", told_version = s."toldVersion", ref = s.ref,
       begun_at = s."begunAt", attempts = s.attempts, held_code = s."heldCode", last_error = s."lastError",
       leased_until = NULL,
       next_at = CASE WHEN d.wanted_version > s."seenVersion" OR d.wanted_notable > s."seenNotable"
           OR (d.woken > s."seenWoken" AND s."heldCode" IS NOT NULL)
         THEN d.next_at ELSE s."nextAt" END
     FROM (SELECT s.* FROM jsonb_to_recordset($2::jsonb) AS s (id bigint, takes integer, "seenVersion" integer,
         "seenNotable" integer, "seenWoken" integer, "shownVersion" integer, "toldVersion" integer, ref jsonb,
         "begunAt" timestamptz, "nextAt" timestamptz, attempts integer, "heldCode" text, "lastError" text)
       JOIN delivery held ON held.tenant_id = $1 AND held.id = s.id AND held.takes = s.takes
       ORDER BY held.id FOR UPDATE OF held) AS s
     WHERE d.tenant_id = $1 AND d.id = s.id RETURNING d.id`,
    [tenant, storableJsonText(JSON.stringify(settled))],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Gives deliveries back untouched: they are due as before. */
export async function releaseDeliveries(
  session: Session,
  tenant: number,
  taken: readonly Pick<TakenDelivery, 'id' | 'takes'>[],
): Promise<void> {
  await session.run(
    `UPDATE delivery d SET leased_until = NULL
     FROM (SELECT held.id FROM delivery held JOIN unnest($2::bigint[], $3::integer[]) AS t (id, takes)
       ON held.id = t.id AND held.takes = t.takes WHERE held.tenant_id = $1 ORDER BY held.id FOR UPDATE OF held) AS mine
     WHERE d.tenant_id = $1 AND d.id = mine.id`,
    [tenant, taken.map(({ id }) => id), taken.map(({ takes }) => takes)],
  );
}

/** How far a channel has heard of a subject. */
export interface DeliveryRow extends Omit<TakenDelivery, 'takes' | 'woken' | 'nextAt'> {
  readonly channel: string;
  readonly channelKind: string;
  readonly nextAt: Date | null;
  readonly lastError: string | null;
}

/** The deliveries of some subjects, by subject and channel. */
export function deliveriesOf(
  session: Session,
  tenant: number,
  subject: SubjectKind,
  subjectIds: readonly number[],
): Promise<DeliveryRow[]> {
  return session.rows<DeliveryRow>(
    `SELECT d.id, d.subject, d.subject_id AS "subjectId", d.channel_id AS "channelId",
       d.wanted_version AS "wantedVersion", d.wanted_notable AS "wantedNotable", d.shown_version AS "shownVersion",
       d.told_version AS "toldVersion", d.ref, d.begun_at AS "begunAt", d.attempts, d.held_code AS "heldCode",
       d.next_at AS "nextAt", d.last_error AS "lastError", c.name AS channel, c.kind AS "channelKind"
     FROM delivery d JOIN channel c ON c.tenant_id = d.tenant_id AND c.id = d.channel_id
     WHERE d.tenant_id = $1 AND d.subject = $2 AND d.subject_id = ANY ($3) ORDER BY d.subject_id, c.name`,
    [tenant, subject, subjectIds],
  );
}

/** Forgets deliveries of alerts that were resolved, and of digests and notices that were made, before a time. */
export function forgetDeliveries(session: Session, tenant: number, before: Date): Promise<number> {
  return session.run(
    `DELETE FROM delivery d WHERE d.tenant_id = $1 AND d.next_at IS NULL AND CASE d.subject
       WHEN 'alert' THEN NOT EXISTS (SELECT FROM alert a WHERE a.tenant_id = $1 AND a.id = d.subject_id
         AND (a.state <> 'resolved' OR a.resolved_at >= $2))
       WHEN 'digest' THEN NOT EXISTS (SELECT FROM digest g WHERE g.tenant_id = $1 AND g.id = d.subject_id
         AND g.made_at >= $2)
       ELSE NOT EXISTS (SELECT FROM notice n WHERE n.tenant_id = $1 AND n.id = d.subject_id AND n.created_at >= $2) END`,
    [tenant, before],
  );
}

/** What waits in a channel. */
export interface ChannelLoad {
  readonly channelId: number;
  readonly waiting: number;
  /** What went wrong last with what waits. */
  readonly trouble: string | null;
}

/** What waits in each channel where something does: what is due, held, or was not taken. Index delivery_of_channel. */
export function channelLoads(session: Session, tenant: number): Promise<ChannelLoad[]> {
  return session.rows<ChannelLoad>(
    `SELECT channel_id AS "channelId", COUNT(*) AS waiting, MAX(last_error) AS trouble FROM delivery
     WHERE tenant_id = $1 AND (next_at IS NOT NULL OR held_code = 'parked' OR last_error IS NOT NULL)
     GROUP BY channel_id`,
    [tenant],
  );
}

/** What was decided about a message. */
export interface DeliveryNote {
  readonly subject: SubjectKind;
  readonly subjectId: number;
  /** By name, for it may be removed. */
  readonly channel: string;
  readonly version: number;
  readonly at: Date;
  readonly what: 'posted' | 'updated' | 'replied' | 'held' | 'parked' | 'failed' | 'skipped';
  readonly code: string | null;
  readonly detail: string | null;
}
