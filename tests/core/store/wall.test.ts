import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { openDatabase, type Database } from '../../../src/core/store/database.js';
import { digestOf } from '../../../src/core/identity/secret.js';
import { ensureTenant } from '../../../src/core/store/tenants.js';
import type { Session } from '../../../src/core/store/session.js';
import { tenantOfWorkspace } from '../../../src/core/store/chat-workspaces.js';
import { tenantOfSignInName } from '../../../src/core/store/users.js';
import { freshDatabase, onServer, type FreshDatabase } from '../../support/database.js';

/** A row in every table for the tenant $1, of which no other has the keys; statements in an order that foreign keys allow. */
function rowsOf(n: number): string[] {
  return `
  INSERT INTO domain (tenant_id, id, name, first_seen_at) OVERRIDING SYSTEM VALUE VALUES ($1, ${n}, 'd${n}.example', now());
  INSERT INTO reporter (tenant_id, id, name) OVERRIDING SYSTEM VALUE VALUES ($1, ${n}, 'reporter ${n}');
  INSERT INTO raw_document (tenant_id, id, sha256, size, encoding, source, name, received_at) OVERRIDING SYSTEM VALUE
    VALUES ($1, ${n}, sha256('${n}'), 1, 'as-is', 'test', 'x', now());
  INSERT INTO raw_attempt VALUES ($1, ${n}, 1);
  INSERT INTO raw_chunk VALUES ($1, ${n}, 0, 'x');
  INSERT INTO aggregate_report (tenant_id, id, identity, domain_id, reporter_id, first_day, last_day, header, records, messages,
    dmarc_pass, dkim_aligned, spf_aligned, received_at) OVERRIDING SYSTEM VALUE
    VALUES ($1, ${n}, sha256('${n}'), ${n}, ${n}, '2026-03-01', '2026-03-01', '{}', 1, 1, 1, 1, 1, now());
  INSERT INTO document (tenant_id, id, raw_id, sha256, kind, outcome, report_id) OVERRIDING SYSTEM VALUE
    VALUES ($1, ${n}, ${n}, sha256('${n}'), 'aggregate', 'stored', ${n});
  INSERT INTO problem VALUES ($1, ${n}, 1, 'count-negative', 'x', NULL);
  INSERT INTO record (tenant_id, domain_id, day, report_id, ordinal, reporter_id, messages) VALUES
    ($1, ${n}, '2026-03-01', ${n}, 1, ${n}, 1);
  INSERT INTO record (tenant_id, domain_id, day, report_id, ordinal, reporter_id, messages) VALUES
    ($1, ${n}, '9999-12-31', ${n}, 2, ${n}, 1);
  INSERT INTO rollup_source VALUES ($1, ${n}, '2026-03-01', '192.0.2.1', 1, 1, 1, 1, 0, 0);
  INSERT INTO rollup_result VALUES ($1, ${n}, '2026-03-01', ${n}, 'none', true, true, 1);
  INSERT INTO rollup_domain VALUES ($1, ${n}, '2026-03-01', 1, 1, 1, 1, 0, 0);
  INSERT INTO rollup_tenant VALUES ($1, '2026-03-01', ${n}, 'none', true, true, 0, 1);
  INSERT INTO source_state (tenant_id, name, kind, place) VALUES ($1, 'source ${n}', 'folder', '/in');
  INSERT INTO failure_report (tenant_id, document_id, report) VALUES ($1, ${n}, '{}');
  INSERT INTO tls_result (tenant_id, document_id, reporter_id, successful, failed, policy) VALUES ($1, ${n}, ${n}, 1, 1, '{}');
  INSERT INTO retention (tenant_id, changed_at, changed_by) VALUES ($1, now(), 'x') ON CONFLICT (tenant_id) DO UPDATE SET changed_by = 'y';
  INSERT INTO expired_report VALUES ($1, sha256('${n}'));
  INSERT INTO account (tenant_id, id, email, name, role, created_at, created_by) OVERRIDING SYSTEM VALUE
    VALUES ($1, ${n}, 'u${n}@example.com', 'x', 'viewer', now(), 'test');
  INSERT INTO sign_in_name VALUES (sha256('$1 ${n}'), $1, ${n});
  INSERT INTO setup_code VALUES ($1, ${n}, sha256('${n}'), now());
  INSERT INTO signing_key VALUES ($1, gen_random_uuid(), sha256('${n}'), now(), now());
  INSERT INTO session (tenant_id, id, account_id, started_at, expires_at) VALUES ($1, '00000000-0000-4000-8000-00000000000${n}', ${n}, now(), now());
  INSERT INTO refresh_token VALUES ($1, sha256('${n}'), '00000000-0000-4000-8000-00000000000${n}', now());
  INSERT INTO api_key (tenant_id, sha256, name, role, created_at, created_by) VALUES ($1, sha256('${n}'), 'k${n}', 'viewer', now(), 'test');
  INSERT INTO chat_workspace VALUES ($1, 'slack', 'T$1-${n}', now(), 'test', 'x');
  INSERT INTO chat_person VALUES ($1, 'slack', 'T$1-${n}', 'U${n}', 'x', ${n}, 'code', now());
  INSERT INTO link_code VALUES ($1, ${n}, sha256('${n}'), true, now());
  INSERT INTO chat_request (tenant_id, platform, workspace, channel, person, person_name, event_id, words, audience, files, reply, state, received_at, leased_until)
    VALUES ($1, 'slack', 'T$1-${n}', 'C1', 'U${n}', 'x', 'e${n}', 'summary', 'asker', 0, '{}', 'received', now(), now());
  INSERT INTO chat_channel VALUES ($1, 'slack', 'T$1-${n}', 'C1', NULL, 'UTC', 'iso', now(), 'test');
  INSERT INTO chat_action VALUES ($1, 'a${n}', 'summary', now());
  INSERT INTO channel (tenant_id, id, name, kind, destination, created_at, created_by) OVERRIDING SYSTEM VALUE
    VALUES ($1, ${n}, 'c${n}', 'email', '{}', now(), 'test');
  INSERT INTO alert_rule (tenant_id, name, kind, domain_id, changed_at, changed_by) VALUES ($1, 'r${n}', 'failure-rate', ${n}, now(), 'test');
  INSERT INTO alert (tenant_id, id, fingerprint, rule, kind, domain_id, cause, severity, state, finding, opened_at, last_found_at)
    OVERRIDING SYSTEM VALUE
    VALUES ($1, ${n}, sha256('${n}'), 'failure-rate', 'failure-rate', ${n}, 'sending', 'warning', 'open', '{}', now(), now());
  INSERT INTO alert_event (tenant_id, alert_id, version, at, kind, actor_id, actor_name) VALUES ($1, ${n}, 1, now(), 'opened', 'x', 'x');
  INSERT INTO suppression (tenant_id, reason, from_at, until_at, created_at, created_by) VALUES ($1, 'x', now(), now(), now(), 'test');
  INSERT INTO known_sender VALUES ($1, ${n}, '192.0.2.0/24', NULL, now(), 'test');
  INSERT INTO known_name VALUES ($1, ${n}, 'n${n}.example', '2026-03-01');
  INSERT INTO domain_evaluation VALUES ($1, ${n}, 1, now());
  INSERT INTO digest_subscription (tenant_id, id, channel_id, period, local_time, zone, sections, next_at, created_at, created_by)
    OVERRIDING SYSTEM VALUE VALUES ($1, ${n}, ${n}, 'daily', '09:00', 'UTC', '{}', now(), now(), 'test');
  INSERT INTO digest (tenant_id, subscription_id, due_at, first_day, last_day, content, made_at, open_until)
    VALUES ($1, ${n}, now(), '2026-03-01', '2026-03-01', '{}', now(), now());
  INSERT INTO notice (tenant_id, kind, key, content, created_at) VALUES ($1, 'parked', 'k${n}', '{}', now());
  INSERT INTO delivery (tenant_id, subject, subject_id, channel_id, wanted_version, wanted_notable) VALUES ($1, 'alert', ${n}, ${n}, 1, 1);
  INSERT INTO delivery_log (tenant_id, subject, subject_id, channel, channel_id, version, at, what) VALUES ($1, 'alert', ${n}, 'c${n}', ${n}, 1, now(), 'posted');
  INSERT INTO audit (tenant_id, at, actor_id, actor_name, operation, input, outcome) VALUES ($1, now(), 'x', 'x', 'x', '{}', 'done')`
    .split(';')
    .map((statement) => statement.trim());
}

/** The table that a statement writes to. */
const written = (statement: string) => /^INSERT INTO (\w+)/u.exec(statement)?.[1] ?? '';
/** SQLSTATE insufficient_privilege: no right at all, or a row that a policy does not let in. */
const REFUSED = '42501';

interface Relation {
  readonly name: string;
  readonly partition: boolean;
}

/** How the wall is held: by a runtime role, or forced on the one role there is. */
describe.each(['runtime role', 'single role'] as const)('the wall between tenants, held by the %s', (how) => {
  let fresh: FreshDatabase;
  let db: Database;
  let relations: Relation[];
  let mine: number;
  let theirs: number;
  const role = 'wall_single_role';

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
    await db.across((session) => session.rows(`SELECT ensure_record_month('2026-03-01')`));
    relations = await asSuperuser(async (client) => {
      for (const tenant of [mine, theirs])
        for (const statement of rowsOf(1)) await client.query(statement.replaceAll('$1', String(tenant)));
      const { rows } = await client.query<Relation>(
        `SELECT c.relname AS name, c.relispartition AS partition FROM pg_class c
         WHERE c.relnamespace = 'dmarc_ops'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
           -- Counters of tries are of no tenant: a sign-in has none yet. Nor are the rates of platforms.
           AND c.relname NOT IN ('migration', 'migration_lock', 'rate_limit', 'send_budget') ORDER BY 1`,
      );
      return rows;
    });
  });

  afterAll(async () => {
    await db.close();
    await fresh.drop();
    if (how === 'single role') await onServer((server) => server.query(`DROP ROLE ${role}`));
  });

  const asSuperuser = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client(fresh.url);
    await client.connect();
    await client.query('SET search_path = dmarc_ops');
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  const key = (relation: Relation) => (relation.name === 'tenant' ? 'id' : 'tenant_id');
  const countAll = (relation: Relation) =>
    asSuperuser(async (client) => {
      const { rows } = await client.query<{ count: string }>(
        `SELECT COUNT(*) FROM ${relation.name} WHERE ${key(relation)} = $1`,
        [theirs],
      );
      return Number(rows[0]?.count);
    });
  /** What PostgreSQL said, behind the sentence that people see. */
  const cause = (error: unknown) =>
    ((error as { readonly cause?: unknown }).cause ?? error) as {
      readonly code?: string;
      readonly message: string;
    };
  /** Rows of the other tenant that a statement gets at, or that the role has no right to try. Throws any other error. */
  const reach = async (tenant: number | null, sql: string): Promise<number | 'refused'> => {
    const work = (session: Session) => session.run(sql, sql.includes('$1') ? [theirs] : []);
    try {
      return await (tenant === null ? db.across(work) : db.within(tenant, work));
    } catch (error) {
      if (cause(error).code === REFUSED) return 'refused';
      throw error;
    }
  };

  it('has rows of the other tenant in every table and partition, so that there is something to guard', async () => {
    for (const relation of relations)
      expect([relation.name, await countAll(relation)]).not.toEqual([relation.name, 0]);
    expect(relations.filter((relation) => relation.partition).length).toBeGreaterThanOrEqual(2);
  });

  it.each(['with the own tenant set', 'with no tenant set'])(
    'hides them from reading, changing and deleting %s',
    async (which) => {
      const tenant = which === 'with no tenant set' ? null : mine;

      for (const relation of relations) {
        const { name } = relation;
        const whose = `${key(relation)} = $1`;
        // The owner of a single role may list tenants: they hold a name alone, and functions go round by them.
        if (name === 'tenant' && how === 'single role') continue;
        const seen = await reach(tenant, `SELECT FROM ${name} WHERE ${whose}`);
        const [same, other] =
          name === 'tenant'
            ? ['name = name', `name = 'taken'`]
            : ['tenant_id = tenant_id', `tenant_id = ${mine}`];
        const changed = await reach(tenant, `UPDATE ${name} SET ${same} WHERE ${whose}`);
        const taken = await reach(tenant, `UPDATE ${name} SET ${other} WHERE ${whose}`);
        const deleted = await reach(tenant, `DELETE FROM ${name} WHERE ${whose}`);
        const mayNotTry =
          how === 'runtime role' && (relation.partition || ['tenant', 'audit', 'alert_event'].includes(name));
        const expected = { seen: 0, changed: 0, taken: 0, deleted: 0 };
        const refused = { changed: 'refused', taken: 'refused', deleted: 'refused' };
        expect([name, { seen, changed, taken, deleted }]).toEqual([
          name,
          mayNotTry ? { seen: relation.partition ? 'refused' : 0, ...refused } : expected,
        ]);
        expect([name, await countAll(relation)]).not.toEqual([name, 0]);
      }
    },
  );

  it('lets nobody write rows in the name of the other tenant, though their keys are free', async () => {
    const statements = rowsOf(2);
    const parents = relations.filter(({ name, partition }) => !partition && name !== 'tenant');
    const partitions = relations.filter(({ partition }) => partition);
    const intoPartitions = partitions.flatMap(({ name }) =>
      statements
        .filter((statement) => written(statement) === 'record')
        .map((statement) => statement.replace('INTO record', `INTO ${name}`)),
    );
    expect(new Set(statements.map(written))).toEqual(new Set(parents.map(({ name }) => name)));

    for (const statement of [...statements, ...intoPartitions]) {
      const mayNotTry = how === 'runtime role' && intoPartitions.includes(statement);
      for (const tenant of [mine, null]) {
        const work = (session: Session) => session.run(statement.replaceAll('$1', String(theirs)));
        const attempt = tenant === null ? db.across(work) : db.within(tenant, work);
        const { code, message } = await attempt.then(() => ({ code: 'written', message: '' }), cause);
        expect([statement, code]).toEqual([statement, REFUSED]);
        expect(message).toContain(mayNotTry ? 'permission denied' : 'row-level security');
      }
    }

    // Nothing but the wall stood in the way.
    await asSuperuser(async (client) => {
      await client.query('BEGIN');
      for (const statement of statements)
        expect((await client.query(statement.replaceAll('$1', String(theirs)))).rowCount).toBe(1);
      await client.query('ROLLBACK');
    });
    const own = rowsOf(3);
    await db.within(mine, async (session) => {
      for (const statement of own)
        expect(await session.run(statement.replaceAll('$1', String(mine)))).toBe(1);
    });
  });

  // The single role owns the table of tenants, which holds names alone.
  it.runIf(how === 'runtime role')('lets the runtime role make and change no tenant', async () => {
    expect(await reach(mine, `INSERT INTO tenant (name) VALUES ('third')`)).toBe('refused');
    expect(await reach(mine, `UPDATE tenant SET name = 'x' WHERE id = ${mine}`)).toBe('refused');
  });

  it('lets the own tenant see its own rows through parents, and partitions give nothing more', async () => {
    for (const relation of relations) {
      const own = await db
        .within(mine, (session) =>
          session.rows(`SELECT FROM ${relation.name} WHERE ${key(relation)} = $1`, [mine]),
        )
        .then(
          (rows) => rows.length,
          () => -1,
        );
      const refused = relation.partition && how === 'runtime role';
      expect([relation.name, own === -1, own === 0]).toEqual([relation.name, refused, false]);
    }
  });

  it('hides the other tenant behind COPY, joins, subqueries and prepared statements too', async () => {
    const ways = [
      `SELECT FROM record a, record b WHERE b.tenant_id = $1`,
      `SELECT FROM domain WHERE (SELECT COUNT(*) FROM record WHERE tenant_id = $1) > 0`,
      `WITH x AS (SELECT * FROM rollup_source) SELECT FROM x WHERE tenant_id = $1`,
      `SELECT FROM tenant t LEFT JOIN raw_document r ON true WHERE r.tenant_id = $1`,
    ];
    for (const sql of ways) expect([sql, await reach(mine, sql)]).toEqual([sql, 0]);
    const copied = (tenant: number) =>
      reach(mine, `COPY (SELECT FROM rollup_source WHERE tenant_id = ${tenant}) TO STDOUT`);
    expect(await copied(theirs)).toBe(0);
    expect(await copied(mine)).toBeGreaterThan(0);
    // PostgreSQL copies nothing into a table that has policies, whoever it belongs to.
    const line = `${theirs}\t9\t2026-03-01\t192.0.2.9\t1\t1\t1\t1\t0\t0\n`;
    const pasted = db.within(mine, (session) => session.copy('COPY rollup_source FROM STDIN', [line]));
    expect((await pasted.then(() => ({ code: 'written' }), cause)).code).toBe('0A000');
  });

  it('shows the tenant of an address to who names its digest, and afterwards nothing', async () => {
    const digest = digestOf(`${theirs} 1`);

    const [found, unknown, left] = await db.across(async (session) => [
      await tenantOfSignInName(session, digest),
      await tenantOfSignInName(session, digestOf('unknown')),
      await session.rows('SELECT FROM sign_in_name'),
    ]);

    expect([found, unknown, left]).toEqual([theirs, null, []]);
  });

  it('shows the tenant of a workspace to who names it, and afterwards nothing', async () => {
    const workspace = `T${theirs}-1`;

    const [found, other, unknown, left] = await db.across(async (session) => [
      await tenantOfWorkspace(session, 'slack', workspace),
      await tenantOfWorkspace(session, 'teams', workspace),
      await tenantOfWorkspace(session, 'slack', 'unknown'),
      await session.rows('SELECT FROM chat_workspace'),
    ]);

    expect([found, other, unknown, left]).toEqual([theirs, null, null, []]);
  });

  it('gives nothing when the setting holds nonsense', async () => {
    for (const value of ['', ' ', '0', '-1', "1' OR '1'='1", 'NULL']) {
      const work = db.across(async (session) => {
        await session.rows(`SELECT set_config('dmarc_ops.tenant', $1, true)`, [value]);
        return session.rows('SELECT FROM record');
      });
      const outcome = await work.then(
        (rows) => rows.length,
        (error: unknown) => cause(error).code,
      );
      // No rows, or no number (SQLSTATE invalid_text_representation).
      expect([value, outcome]).toEqual([value, /^$|^-?\d+$/u.test(value) ? 0 : '22P02']);
    }
  });
});

describe('roles that change between two starts', () => {
  const roles: string[] = [];
  const newRole = async (attributes: string) => {
    const role = `wall_${randomBytes(4).toString('hex')}`;
    await onServer((server) => server.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret' ${attributes}`));
    roles.push(role);
    return role;
  };
  const urlAs = (url: string, role: string) => {
    const other = new URL(url);
    other.username = role;
    other.password = 'secret';
    return other.href;
  };
  afterAll(async () => {
    for (const role of roles) await onServer((server) => server.query(`DROP ROLE ${role}`));
  });

  it('lets a serving role come later, bound by the wall, while the owner migrates', async () => {
    const fresh = await freshDatabase();
    const first = await openDatabase({ connection: fresh.url });
    await first.close();
    const serving = await newRole('');

    const db = await openDatabase({ connection: urlAs(fresh.url, serving), ownerConnection: fresh.url });
    const tenant = await db.across((session) => ensureTenant(session, 'mine'));
    await db.within(tenant, (session) =>
      session.run(`INSERT INTO reporter (tenant_id, name) VALUES ($1, 'x')`, [tenant]),
    );
    const seen = await db.across((session) => session.rows('SELECT FROM reporter'));

    expect(db.wall).toBe(`row-level security on role ${serving}, owner apart`);
    expect(seen).toHaveLength(0);
    await db.close();
    await fresh.drop();
  });

  it('lets no temporary table stand in for one of ours in the functions that look across tenants', async () => {
    const fresh = await freshDatabase();
    const db = await openDatabase({ connection: fresh.url });

    const id = await db.across(async (session) => {
      await session.run(
        'CREATE TEMPORARY TABLE tenant (id integer DEFAULT 666, name text UNIQUE) ON COMMIT DROP',
      );
      return ensureTenant(session, 'mine');
    });

    expect(id).toBe(1);
    await db.close();
    await fresh.drop();
  });
});
