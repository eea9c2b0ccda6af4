import type { WorkspaceKey } from './chat-workspaces.js';
import type { Session } from './session.js';

/** A channel of a workspace, by the platform's id. */
export interface ChannelKey extends WorkspaceKey {
  readonly channel: string;
}

/** How days and times are written. */
export type DateFormat = 'iso' | 'day-first' | 'month-first';

/** What a channel has set; null where it has not. */
export interface ChannelRow {
  readonly domain: string | null;
  /** Name of the IANA time zone database. */
  readonly zone: string | null;
  readonly dates: DateFormat | null;
}

/** What a channel has set; null where nothing ever was. */
export async function findChannel(
  session: Session,
  tenant: number,
  { platform, workspace, channel }: ChannelKey,
): Promise<ChannelRow | null> {
  const [row] = await session.rows<ChannelRow>(
    `SELECT domain, zone, date_format AS dates FROM chat_channel
     WHERE tenant_id = $1 AND platform = $2 AND workspace = $3 AND channel = $4`,
    [tenant, platform, workspace, channel],
  );
  return row ?? null;
}

/** Sets all of it. */
export async function setChannel(
  session: Session,
  tenant: number,
  { platform, workspace, channel }: ChannelKey,
  { domain, zone, dates }: ChannelRow,
  changed: { readonly at: Date; readonly by: string },
): Promise<void> {
  await session.run(
    `INSERT INTO chat_channel (tenant_id, platform, workspace, channel, domain, zone, date_format, changed_at, changed_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (tenant_id, platform, workspace, channel) DO UPDATE SET domain = excluded.domain, zone = excluded.zone,
       date_format = excluded.date_format, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
    [tenant, platform, workspace, channel, domain, zone, dates, changed.at, changed.by],
  );
}

/** Keeps command lines of buttons under their ids. One that is there is only kept longer, once in a while. */
export async function keepActions(
  session: Session,
  tenant: number,
  actions: readonly { readonly id: string; readonly command: string }[],
  at: Date,
  keptSince: Date,
): Promise<void> {
  await session.run(
    `INSERT INTO chat_action (tenant_id, id, command, kept_at)
     SELECT $1, id, command, $4 FROM unnest($2::text[], $3::text[]) AS a (id, command) ORDER BY id
     ON CONFLICT (tenant_id, id) DO UPDATE SET kept_at = excluded.kept_at WHERE chat_action.kept_at < $5`,
    [tenant, actions.map(({ id }) => id), actions.map(({ command }) => command), at, keptSince],
  );
}

/** The command line of an id; null where none is kept. */
export async function findAction(session: Session, tenant: number, id: string): Promise<string | null> {
  const [row] = await session.rows<{ command: string }>(
    'SELECT command FROM chat_action WHERE tenant_id = $1 AND id = $2',
    [tenant, id],
  );
  return row?.command ?? null;
}

/** Forgets command lines that no button was made for since a time. */
export function forgetActions(session: Session, tenant: number, keptBefore: Date): Promise<number> {
  return session.run('DELETE FROM chat_action WHERE tenant_id = $1 AND kept_at < $2', [tenant, keptBefore]);
}
