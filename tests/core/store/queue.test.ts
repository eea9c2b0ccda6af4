import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../../src/core/store/database.js';
import { deleteJobs, putJobs, takeJobs } from '../../../src/core/store/queue.js';
import { waitingWork } from '../../../src/core/store/read-jobs.js';
import type { Session } from '../../../src/core/store/session.js';
import { ensureTenant } from '../../../src/core/store/tenants.js';
import { freshDatabase, onServer, type FreshDatabase } from '../../support/database.js';

describe.each(['runtime role', 'single role'] as const)('the queue under the wall, held by the %s', (how) => {
  const role = 'queue_single_role';
  let fresh: FreshDatabase;
  let db: Database;
  let mine: number;
  let theirs: number;

  beforeAll(async () => {
    fresh = await freshDatabase();
    const url = new URL(fresh.url);
    if (how === 'single role') {
      await onServer((server) => server.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`));
      await onServer((server) => server.query(`ALTER DATABASE ${fresh.name} OWNER TO ${role}`));
      url.username = role;
      url.password = 'secret';
    }
    db = await openDatabase({ connection: url.href });
    mine = await db.across((session) => ensureTenant(session, 'mine'));
    theirs = await db.across((session) => ensureTenant(session, 'theirs'));
  });
  afterAll(async () => {
    await db.close();
    await fresh.drop();
    if (how === 'single role') await onServer((server) => server.query(`DROP ROLE ${role}`));
  });

  const put = (tenant: number, id: string, queue: 'read' | 'read-large' = 'read') =>
    db.within(tenant, (session) => putJobs(session, [{ id, queue, data: { tenant, raw: 1 } }]));
  const ids = (session: Session) =>
    session
      .rows<{ id: string }>('SELECT id FROM dmarc_ops_queue.job ORDER BY id')
      .then((rows) => rows.map(({ id }) => id));

  it("shows a tenant its own jobs alone, and nobody's where none is set", async () => {
    const [own, other, system] = [randomUUID(), randomUUID(), randomUUID()];
    await put(mine, own);
    await put(theirs, other);
    await db.across((session) => putJobs(session, [{ id: system, queue: 'tick', data: { tick: 'x' } }]));

    expect(await db.within(mine, ids)).toEqual([own]);
    expect(await db.within(theirs, ids)).toEqual([other]);
    expect(await db.across(ids)).toEqual([system]);
    expect((await db.within(mine, (session) => takeJobs(session, 'read', 10))).map(({ id }) => id)).toEqual([
      own,
    ]);
    await db.within(mine, (session) => deleteJobs(session, 'read', [other]));
    expect(await db.within(theirs, ids)).toEqual([other]);
    await expect(put(mine, randomUUID()).then(() => put(mine, other))).resolves.toBeUndefined();
    await expect(
      db.within(mine, (session) =>
        putJobs(session, [{ id: randomUUID(), queue: 'read', data: { tenant: theirs, raw: 1 } }]),
      ),
    ).rejects.toMatchObject({ code: 'database-rights' });
    const partitions = await db.across((session) =>
      session.rows<{ name: string }>(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'dmarc_ops_queue.job'::regclass`,
      ),
    );
    for (const { name } of partitions) {
      const seen = await db
        .across((session) => session.rows(`SELECT FROM ${name} WHERE data ->> 'tick' IS NULL`))
        .catch((error: unknown) => error);
      expect(seen).toSatisfy((rows) =>
        how === 'runtime role' ? rows instanceof Error : Array.isArray(rows) && rows.length === 0,
      );
    }
  });

  it('says whose work is due in which queue, and leaves the tenant as it was set', async () => {
    await put(theirs, randomUUID(), 'read-large');

    const { work, tenant } = await db.within(mine, async (session) => ({
      work: await waitingWork(session, ['read-large', 'dead']),
      ...(await session.row<{ tenant: number }>('SELECT current_tenant() AS tenant')),
    }));

    expect(work).toEqual([{ queue: 'read-large', tenant: theirs }]);
    expect(tenant).toBe(mine);
  });

  it('gives an error of the database to who asked, where pg-boss would swallow it', async () => {
    const failing = db.within(mine, async (session) => {
      await session.run('SELECT 1/0').catch(() => {});
      await takeJobs(session, 'read', 1);
    });

    await expect(failing).rejects.toMatchObject({ code: '25P02' });
  });
});
