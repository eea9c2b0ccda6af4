import type { DeliveryNote, SubjectKind } from './deliveries.js';
import type { Session } from './session.js';
import { storableJsonText } from './text.js';

/** A line of the log, newest of its kind. */
export interface DeliveryNoteRow extends DeliveryNote {
  readonly id: number;
}

/** A line that is still to be written, with the id of its channel: that stays when the channel is renamed. */
export interface NewDeliveryNote extends DeliveryNote {
  readonly channelId: number;
}

/**
 * Notes what was decided about messages, in the given order. What was not sent for the same reason as said last is not
 * said again; each message that was sent is.
 */
export async function addDeliveryNotes(
  session: Session,
  tenant: number,
  notes: readonly NewDeliveryNote[],
): Promise<void> {
  if (notes.length === 0) return;
  await session.run(
    `INSERT INTO delivery_log (tenant_id, subject, subject_id, channel, channel_id, version, at, what, code, detail)
     SELECT $1, n.subject, n."subjectId", n.channel, n."channelId", n.version, n.at, n.what, n.code, n.detail
     FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (subject text, "subjectId" integer, channel text,
       "channelId" integer, version integer, at timestamptz, what text, code text, detail text)) WITH ORDINALITY
       AS n (subject, "subjectId", channel, "channelId", version, at, what, code, detail, place)
     LEFT JOIN LATERAL (SELECT l.what, l.code, l.detail FROM delivery_log l
       WHERE l.tenant_id = $1 AND l.subject = n.subject AND l.subject_id = n."subjectId" AND l.channel = n.channel
       ORDER BY l.id DESC LIMIT 1) AS last ON true
     WHERE n.what IN ('posted', 'updated', 'replied')
       OR (last.what, last.code, last.detail) IS DISTINCT FROM (n.what, n.code, n.detail)
     ORDER BY n.place`,
    [tenant, storableJsonText(JSON.stringify(notes))],
  );
}

/** What was decided about the messages of a subject, oldest first; the last so many. Index delivery_log_of_subject. */
export async function deliveryNotes(
  session: Session,
  tenant: number,
  subject: SubjectKind,
  subjectId: number,
  most: number,
): Promise<DeliveryNoteRow[]> {
  const rows = await session.rows<DeliveryNoteRow>(
    `SELECT id, subject, subject_id AS "subjectId", channel, version, at, what, code, detail FROM delivery_log
     WHERE tenant_id = $1 AND subject = $2 AND subject_id = $3 ORDER BY id DESC LIMIT $4`,
    [tenant, subject, subjectId, most],
  );
  return rows.toReversed();
}

/** A message that was shown in a terminal. */
export type TerminalNote = Pick<DeliveryNoteRow, 'id' | 'subject' | 'subjectId' | 'what' | 'version'>;

/** What was said in terminals after a line of the log, oldest first; the last so many. */
export async function terminalNotes(
  session: Session,
  tenant: number,
  after: number,
  most: number,
): Promise<TerminalNote[]> {
  const rows = await session.rows<TerminalNote>(
    `SELECT id, subject, subject_id AS "subjectId", what, version FROM delivery_log
     WHERE tenant_id = $1 AND id > $2 AND what IN ('posted', 'replied')
       AND channel IN (SELECT name FROM channel WHERE tenant_id = $1 AND kind = 'terminal')
     ORDER BY id DESC LIMIT $3`,
    [tenant, after, most],
  );
  return rows.toReversed();
}

/** The number of the last line of the log; 0 where there is none. */
export async function lastDeliveryNote(session: Session, tenant: number): Promise<number> {
  const { last } = await session.row<{ last: number }>(
    'SELECT COALESCE(MAX(id), 0) AS last FROM delivery_log WHERE tenant_id = $1',
    [tenant],
  );
  return last;
}

/** Forgets lines from before a time. Index delivery_log_by_age. */
export function forgetDeliveryNotes(session: Session, tenant: number, before: Date): Promise<number> {
  return session.run('DELETE FROM delivery_log WHERE tenant_id = $1 AND at < $2', [tenant, before]);
}
