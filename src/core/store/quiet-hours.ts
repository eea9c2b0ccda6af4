import type { Session } from './session.js';

/** Which alerts a channel was not told of because of its quiet hours, in the order of their ids. Index delivery_log_quiet. */
export async function waitedInQuiet(
  session: Session,
  tenant: number,
  { channelId, from, until, most }: { channelId: number; from: Date; until: Date; most: number },
): Promise<number[]> {
  const rows = await session.rows<{ id: number }>(
    `SELECT DISTINCT subject_id AS id FROM delivery_log
     WHERE tenant_id = $1 AND at >= $2 AND at < $3 AND channel_id = $4 AND subject = 'alert' AND code = 'quiet-hours'
     ORDER BY subject_id LIMIT $5`,
    [tenant, from, until, channelId, most],
  );
  return rows.map(({ id }) => id);
}
