import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/core/store/database.js';
import { DatabaseError } from '../../../src/core/store/errors.js';
import { freshDatabase, onServer } from '../../support/database.js';
import { testSystem, type TestSystem } from '../../support/context.js';

let system: TestSystem;

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());

describe('a transaction', () => {
  it('takes back everything when the work throws', async () => {
    const { tenant } = await system.context();

    const failing = system.db.within(tenant, async (session) => {
      await session.run(`INSERT INTO reporter (tenant_id, name) VALUES ($1, 'gone.example')`, [tenant]);
      throw new Error('on purpose');
    });

    await expect(failing).rejects.toThrow('on purpose');
    const rows = await system.db.within(tenant, (session) =>
      session.rows(`SELECT FROM reporter WHERE name = 'gone.example'`),
    );
    expect(rows).toHaveLength(0);
  });

  it('leaves neither tenant nor role on the connection', async () => {
    const { tenant } = await system.context();
    await system.db.within(tenant, (session) => session.rows('SELECT 1'));

    const [row] = await system.db.across((session) =>
      session.rows<{ tenant: string; role: string }>(
        `SELECT current_setting('dmarc_ops.tenant') AS tenant, current_user AS role`,
      ),
    );

    expect(row).toEqual({ tenant: '', role: 'dmarc_ops_runtime' });
  });

  it('gives counts as numbers and days as text', async () => {
    const { tenant } = await system.context();

    const row = await system.db.within(tenant, (session) =>
      session.row(
        `SELECT 9007199254740991::bigint AS count, SUM(2::bigint) AS sum, DATE '2026-03-29' AS day`,
      ),
    );

    expect(row).toEqual({ count: 9007199254740991, sum: 2, day: '2026-03-29' });
  });
});

describe('opening', () => {
  it('migrates once when several processes start at once', async () => {
    const fresh = await freshDatabase();
    const notes: string[] = [];

    const opened = await Promise.all(
      Array.from({ length: 4 }, () =>
        openDatabase({ connection: fresh.url, note: (line) => notes.push(line) }),
      ),
    );

    expect(notes.filter((line) => line.includes('0001_store.sql'))).toHaveLength(1);
    await Promise.all(opened.map((db) => db.close()));
    await fresh.drop();
  });

  it.each([
    ['postgres://nobody@127.0.0.1:1/x', 'database-gone'],
    ['postgres://nobody@no-such-host.invalid:5432/x', 'database-unknown-host'],
  ])('says in one sentence what is wrong with %s', async (connection, code) => {
    const error: unknown = await openDatabase({ connection }).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).not.toContain('\n');
  });

  it('says that a database does not exist', async () => {
    const connection = new URL(system.url);
    connection.pathname = '/not_there';

    await expect(openDatabase({ connection: connection.href })).rejects.toMatchObject({
      code: 'database-missing',
    });
  });

  it('says that the database went away, and works again when it is back', async () => {
    const { tenant } = await system.context();
    const killed = system.db.within(tenant, async (session) => {
      const { pid } = await session.row<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await onServer((server) => server.query('SELECT pg_terminate_backend($1)', [pid]));
      await session.rows('SELECT 1');
    });

    await expect(killed).rejects.toMatchObject({ code: 'database-gone' });
    await expect(system.db.within(tenant, (session) => session.row('SELECT 1 AS one'))).resolves.toEqual({
      one: 1,
    });
  });

  it('says what to do when no connection gets free in time, and goes on when one does', async () => {
    const { tenant } = await system.context();
    const db = await openDatabase({ connection: system.url, connections: 1, connectWithinMs: 250 });
    const ask = () => db.within(tenant, (session) => session.row('SELECT 1 AS one'));

    const error: unknown = await db.within(tenant, ask).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ code: 'connections-busy' });
    expect((error as Error).message).toContain('raise DATABASE_CONNECTIONS');
    await expect(ask()).resolves.toEqual({ one: 1 });
    await db.close();
  });
});

describe('the wall, by the rights of the connecting role', () => {
  const withRole = async (attributes: string, work: (url: string, role: string) => Promise<void>) => {
    const fresh = await freshDatabase();
    const role = `role_${fresh.name}`;
    await onServer((server) => server.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret' ${attributes}`));
    await onServer((server) => server.query(`ALTER DATABASE ${fresh.name} OWNER TO ${role}`));
    const url = new URL(fresh.url);
    url.username = role;
    url.password = 'secret';
    try {
      await work(url.href, role);
    } finally {
      await fresh.drop();
      await onServer((server) => server.query(`DROP ROLE ${role}`));
    }
  };

  it('is forced on a role that may not make others', async () => {
    await withRole('', async (url, role) => {
      const db = await openDatabase({ connection: url });

      expect(db.wall).toBe(`row-level security, forced on role ${role}`);
      await db.close();
    });
  });

  it('is a role of our own where the connecting one may make it', async () => {
    await withRole('CREATEROLE', async (url) => {
      const db = await openDatabase({ connection: url });

      expect(db.wall).toContain('row-level security');
      await db.close();
    });
  });

  it('refuses a role that would pass it', async () => {
    await withRole('BYPASSRLS', async (url) => {
      await expect(openDatabase({ connection: url })).rejects.toMatchObject({ code: 'role-passes-the-wall' });
    });
  });
});
