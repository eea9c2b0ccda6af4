import type { Severity } from '../alert/finding.js';
import type { DateFormat } from './chat-channels.js';
import type { Session } from './session.js';
import { storableJsonText } from './text.js';

export const CHANNEL_KINDS = [
  'slack',
  'teams',
  'discord',
  'terminal',
  'email',
  'webhook',
  'slack-webhook',
  'discord-webhook',
  'teams-webhook',
] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

type Data = Readonly<Record<string, unknown>>;

/** What can be changed about a channel. */
export interface ChannelSettings {
  readonly name: string;
  /** Whether alerts of rules that name no channel are told here. */
  readonly takesAll: boolean;
  readonly leastSeverity: Severity;
  /** Local times such as `22:00:00`; both null for none. */
  readonly quietFrom: string | null;
  readonly quietUntil: string | null;
  /** Name of the IANA time zone database. */
  readonly zone: string;
}

export interface NewChannel extends ChannelSettings {
  readonly kind: ChannelKind;
  /** Of a bot's channel: the bound workspace, and the channel, by the platform's ids. */
  readonly workspace: string | null;
  readonly address: string | null;
  /** What the platform needs to speak there, without secrets. */
  readonly destination: Data;
  /** URLs and keys that nobody is shown again. */
  readonly secret: Data | null;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export interface Parked {
  readonly at: Date;
  readonly code: string;
  /** One sentence for people. */
  readonly reason: string;
}

/** A channel as it stands; `secret` is for speakers alone. */
export interface ChannelRow extends NewChannel {
  readonly id: number;
  readonly parked: Parked | null;
  /** How dates are written there. */
  readonly dates: DateFormat;
}

type Stored = Omit<ChannelRow, 'parked'> & {
  readonly parkedAt: Date | null;
  readonly parkedCode: string | null;
  readonly parkedReason: string | null;
};

const CHANNELS = `SELECT c.id, c.name, c.kind, c.workspace, c.address, c.destination, c.secret, c.takes_all AS "takesAll",
    c.least_severity AS "leastSeverity", c.quiet_from AS "quietFrom", c.quiet_until AS "quietUntil", c.zone,
    c.parked_at AS "parkedAt", c.parked_code AS "parkedCode", c.parked_reason AS "parkedReason",
    c.created_at AS "createdAt", c.created_by AS "createdBy", COALESCE(h.date_format, 'iso') AS dates
  FROM channel c LEFT JOIN chat_channel h ON h.tenant_id = c.tenant_id AND h.platform = c.kind
    AND h.workspace = c.workspace AND h.channel = c.address`;

function rowOf({ parkedAt, parkedCode, parkedReason, ...row }: Stored): ChannelRow {
  if (parkedAt === null) return { ...row, parked: null };
  return { ...row, parked: { at: parkedAt, code: parkedCode ?? '', reason: parkedReason ?? '' } };
}

/** All channels of a tenant, by name. */
export async function listChannels(session: Session, tenant: number): Promise<ChannelRow[]> {
  const rows = await session.rows<Stored>(`${CHANNELS} WHERE c.tenant_id = $1 ORDER BY c.name`, [tenant]);
  return rows.map(rowOf);
}

/** Those of the ids that are there. */
export async function channelsById(
  session: Session,
  tenant: number,
  ids: readonly number[],
): Promise<ChannelRow[]> {
  const rows = await session.rows<Stored>(`${CHANNELS} WHERE c.tenant_id = $1 AND c.id = ANY ($2)`, [
    tenant,
    ids,
  ]);
  return rows.map(rowOf);
}

/** The channel of a name, held until the end of the transaction; null where there is none. */
export async function holdChannel(
  session: Session,
  tenant: number,
  name: string,
): Promise<ChannelRow | null> {
  const [row] = await session.rows<Stored>(
    `${CHANNELS} WHERE c.tenant_id = $1 AND lower(c.name) = lower($2) ORDER BY c.name = $2 DESC LIMIT 1
     FOR NO KEY UPDATE OF c`,
    [tenant, name],
  );
  return row === undefined ? null : rowOf(row);
}

/** Names of all channels, for what was likely meant. */
export async function channelNames(session: Session, tenant: number): Promise<string[]> {
  const rows = await session.rows<{ name: string }>(
    'SELECT name FROM channel WHERE tenant_id = $1 ORDER BY name',
    [tenant],
  );
  return rows.map(({ name }) => name);
}

/**
 * Adds a channel; gives its id. Null where one of that name, or for that place, is there: then nothing was changed. The
 * terminal is one place.
 */
export async function addChannel(
  session: Session,
  tenant: number,
  channel: NewChannel,
): Promise<number | null> {
  const [row] = await session.rows<{ id: number }>(
    `INSERT INTO channel (tenant_id, name, kind, workspace, address, destination, secret, takes_all, least_severity,
       quiet_from, quiet_until, zone, created_at, created_by)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
     WHERE $3 <> 'terminal' OR NOT EXISTS (SELECT FROM channel WHERE tenant_id = $1 AND kind = 'terminal')
     ON CONFLICT DO NOTHING RETURNING id`,
    [
      tenant,
      channel.name,
      channel.kind,
      channel.workspace,
      channel.address,
      storableJsonText(JSON.stringify(channel.destination)),
      channel.secret === null ? null : storableJsonText(JSON.stringify(channel.secret)),
      channel.takesAll,
      channel.leastSeverity,
      channel.quietFrom,
      channel.quietUntil,
      channel.zone,
      channel.createdAt,
      channel.createdBy,
    ],
  );
  return row?.id ?? null;
}

/** The name of the channel for a place; null where there is none. */
export async function channelNameAt(
  session: Session,
  tenant: number,
  {
    kind,
    workspace,
    address,
  }: { readonly kind: string; readonly workspace: string | null; readonly address: string | null },
): Promise<string | null> {
  const [row] = await session.rows<{ name: string }>(
    `SELECT name FROM channel WHERE tenant_id = $1 AND kind = $2 AND ($2 = 'terminal' OR (workspace = $3 AND address = $4))`,
    [tenant, kind, workspace, address],
  );
  return row?.name ?? null;
}

/** Sets all of it. False where another channel has that name: then nothing was changed. */
export async function setChannelSettings(
  session: Session,
  tenant: number,
  id: number,
  set: ChannelSettings,
): Promise<boolean> {
  const changed = await session.run(
    `UPDATE channel SET name = $3, takes_all = $4, least_severity = $5, quiet_from = $6, quiet_until = $7, zone = $8
     WHERE tenant_id = $1 AND id = $2 AND NOT EXISTS (SELECT FROM channel WHERE tenant_id = $1 AND name = $3 AND id <> $2)`,
    [tenant, id, set.name, set.takesAll, set.leastSeverity, set.quietFrom, set.quietUntil, set.zone],
  );
  return changed > 0;
}

/** Removes a channel, with its deliveries and digests. */
export async function removeChannel(session: Session, tenant: number, id: number): Promise<void> {
  await session.run('DELETE FROM channel WHERE tenant_id = $1 AND id = $2', [tenant, id]);
}

/**
 * Parks a channel: nothing is sent before somebody resumes it. False where it is removed, or parked already, unless that
 * is for `instead`.
 */
export async function parkChannel(
  session: Session,
  tenant: number,
  id: number,
  parked: Parked,
  instead: string | null,
): Promise<boolean> {
  const changed = await session.run(
    `UPDATE channel SET parked_at = $3, parked_code = $4, parked_reason = $5
     WHERE tenant_id = $1 AND id = $2 AND (parked_at IS NULL OR parked_code = $6)`,
    [tenant, id, parked.at, parked.code, parked.reason, instead],
  );
  return changed > 0;
}

/** Resumes a channel. False where it was not parked. */
export async function unparkChannel(session: Session, tenant: number, id: number): Promise<boolean> {
  const changed = await session.run(
    `UPDATE channel SET parked_at = NULL, parked_code = NULL, parked_reason = NULL
     WHERE tenant_id = $1 AND id = $2 AND parked_at IS NOT NULL`,
    [tenant, id],
  );
  return changed > 0;
}

/** The parked channel of a place in a chat; null where none is parked. Index channel_of_address. */
export async function parkedChannelAt(
  session: Session,
  tenant: number,
  place: { readonly platform: string; readonly workspace: string; readonly channel: string },
): Promise<number | null> {
  const [row] = await session.rows<{ id: number }>(
    `SELECT id FROM channel WHERE tenant_id = $1 AND kind = $2 AND workspace = $3 AND address = $4 AND parked_at IS NOT NULL`,
    [tenant, place.platform, place.workspace, place.channel],
  );
  return row?.id ?? null;
}

/** Of some channels those that are not parked now; they are held, so that nobody resumes or parks one meanwhile. */
export async function holdParked(
  session: Session,
  tenant: number,
  ids: readonly number[],
): Promise<ReadonlySet<number>> {
  const rows = await session.rows<{ id: number }>(
    `SELECT id FROM channel WHERE tenant_id = $1 AND id = ANY ($2) AND parked_at IS NOT NULL ORDER BY id FOR SHARE`,
    [tenant, ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Channels that hear of what names none, and are not parked, but one. */
export async function otherChannels(session: Session, tenant: number, but: number): Promise<number[]> {
  const rows = await session.rows<{ id: number }>(
    `SELECT id FROM channel WHERE tenant_id = $1 AND id <> $2 AND takes_all AND parked_at IS NULL ORDER BY id`,
    [tenant, but],
  );
  return rows.map(({ id }) => id);
}
