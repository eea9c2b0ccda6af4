import type pg from 'pg';
import { DatabaseError } from './errors.js';

/** The role that serves, bound by the policies. Roles are of the whole server; the grants are of one database. */
const RUNTIME_ROLE = 'dmarc_ops_runtime';

export interface RuntimeRole {
  /** Who gets the grants. */
  readonly grantee: string;
  /** The role to set in every transaction; null where the connection's own role is bound already. */
  readonly setRole: string | null;
  /** One line for people. */
  readonly wall: string;
}

interface Rights {
  readonly user: string;
  readonly superuser: boolean;
  readonly bypass: boolean;
  readonly createRole: boolean;
  readonly runtimeExists: boolean;
  readonly mayBecomeRuntime: boolean;
  readonly runtimeBypasses: boolean;
}

/**
 * Finds how the wall between tenants is held: by a runtime role of our own that every transaction takes on, or,
 * where no role can be made, by FORCE ROW LEVEL SECURITY on the connecting one. Throws DatabaseError for a role
 * that would pass the wall all the same.
 */
export async function chooseRuntimeRole(owner: pg.Pool, serving: pg.Pool): Promise<RuntimeRole> {
  const rights = await rightsOf(serving);
  if (owner !== serving) return twoRoles(owner, rights);
  if (!rights.runtimeExists && (rights.superuser || rights.createRole)) await createRuntimeRole(owner);
  const made = await rightsOf(serving);
  if (made.runtimeExists && !made.mayBecomeRuntime && (made.superuser || made.createRole))
    await owner.query(`GRANT ${RUNTIME_ROLE} TO CURRENT_USER`).catch(() => {});
  const now = await rightsOf(serving);
  if (now.mayBecomeRuntime) {
    refuseRuntimeBypass(now);
    return {
      grantee: RUNTIME_ROLE,
      setRole: RUNTIME_ROLE,
      wall: `row-level security as role ${RUNTIME_ROLE}`,
    };
  }
  refuseBypass(rights);
  return { grantee: rights.user, setRole: null, wall: `row-level security, forced on role ${rights.user}` };
}

/** A superuser becomes any role, so a runtime role that someone gave rights to would open the wall unseen. */
function refuseRuntimeBypass(rights: Rights): void {
  if (!rights.runtimeBypasses) return;
  throw new DatabaseError(
    'role-passes-the-wall',
    `Role ${RUNTIME_ROLE} passes row-level security. Let an administrator run: ALTER ROLE ${RUNTIME_ROLE} NOSUPERUSER NOBYPASSRLS;`,
  );
}

async function twoRoles(owner: pg.Pool, serving: Rights): Promise<RuntimeRole> {
  refuseBypass(serving);
  const { rows } = await owner.query<{ user: string }>('SELECT current_user AS user');
  const apart = rows[0]?.user !== serving.user;
  return {
    grantee: serving.user,
    setRole: null,
    wall: apart
      ? `row-level security on role ${serving.user}, owner apart`
      : `row-level security, forced on role ${serving.user}`,
  };
}

function refuseBypass(rights: Rights): void {
  if (!rights.superuser && !rights.bypass) return;
  throw new DatabaseError(
    'role-passes-the-wall',
    `Role ${rights.user} passes row-level security and may not make the role ${RUNTIME_ROLE}. Connect with a role without BYPASSRLS, or let an administrator run: CREATE ROLE ${RUNTIME_ROLE}; GRANT ${RUNTIME_ROLE} TO ${rights.user};`,
  );
}

async function createRuntimeRole(owner: pg.Pool): Promise<void> {
  // Two processes may start at once on a new server; the second finds the role made.
  await owner.query(`DO $$ BEGIN
    CREATE ROLE ${RUNTIME_ROLE} NOLOGIN NOBYPASSRLS;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
}

async function rightsOf(pool: pg.Pool): Promise<Rights> {
  const { rows } = await pool.query<Rights>(
    `SELECT current_user AS "user", r.rolsuper AS superuser, r.rolbypassrls AS bypass, r.rolcreaterole AS "createRole",
       runtime.oid IS NOT NULL AS "runtimeExists",
       CASE WHEN runtime.oid IS NULL THEN false
            WHEN current_setting('server_version_num')::int >= 160000 THEN pg_has_role(runtime.oid, 'SET')
            ELSE pg_has_role(runtime.oid, 'MEMBER') END AS "mayBecomeRuntime",
       COALESCE(runtime.rolsuper OR runtime.rolbypassrls, false) AS "runtimeBypasses"
     FROM pg_roles r LEFT JOIN pg_roles runtime ON runtime.rolname = $1
     WHERE r.rolname = current_user`,
    [RUNTIME_ROLE],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the connected role is not in pg_roles');
  return row;
}
