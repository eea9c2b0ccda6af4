import type { Context } from '../../../src/core/operations/operation.js';

/** Makes so many alerts like one, each posted to one of the channels in turn, in a version before its last. */
export async function multiply(
  { db, tenant, now }: Context,
  like: number,
  channels: readonly number[],
  count: number,
): Promise<void> {
  await db.within(tenant, async (session) => {
    await session.run(
      `WITH made AS (
         INSERT INTO alert (tenant_id, fingerprint, rule, kind, domain_id, cause, severity, state, version, finding,
           opened_at, last_found_at)
         SELECT a.tenant_id, sha256(convert_to(format('%s/%s', $2::int, n), 'UTF8')), a.rule, a.kind, a.domain_id, a.cause, a.severity,
           a.state, 2, a.finding, a.opened_at, a.last_found_at
         FROM alert a CROSS JOIN generate_series(1, $3::int) AS n WHERE a.tenant_id = $1::int AND a.id = $2::int
         RETURNING id),
       told AS (
         INSERT INTO alert_event (tenant_id, alert_id, version, at, kind, actor_id, actor_name)
         SELECT $1::int, id, 1, $4::timestamptz, 'opened', 'system', 'dmarc-ops' FROM made)
       INSERT INTO delivery (tenant_id, subject, subject_id, channel_id, wanted_version, wanted_notable, shown_version,
         told_version, ref, next_at)
       SELECT $1::int, 'alert', id, ($5::int[])[1 + row_number() OVER (ORDER BY id) % cardinality($5::int[])], 2, 1, 1, 1,
         jsonb_build_object('channel', 'C1', 'ts', id), $4::timestamptz FROM made`,
      [tenant, like, count, now(), channels],
    );
  });
}

/** How many deliveries of a tenant show an older version than they shall. */
export async function leftOver({ db, tenant }: Context): Promise<number> {
  return await db.within(tenant, async (session) => {
    const { left } = await session.row<{ left: number }>(
      'SELECT COUNT(*) AS "left" FROM delivery WHERE tenant_id = $1 AND shown_version < wanted_version',
      [tenant],
    );
    return left;
  });
}
