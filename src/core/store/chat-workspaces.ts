import type { Session } from './session.js';

/** A workspace of a platform, by the platform's id. */
export interface WorkspaceKey {
  readonly platform: string;
  readonly workspace: string;
}

export interface WorkspaceRow extends WorkspaceKey {
  readonly boundAt: Date;
  /** Name of who bound it. */
  readonly boundBy: string;
  /** People in it who are linked to users. */
  readonly people: number;
}

/** The tenant that a workspace is bound to; null where it is bound to none. Looks across tenants. */
export async function tenantOfWorkspace(
  session: Session,
  platform: string,
  workspace: string,
): Promise<number | null> {
  const { id } = await session.row<{ id: number | null }>('SELECT tenant_of_chat_workspace($1, $2) AS id', [
    platform,
    workspace,
  ]);
  return id;
}

/** Binds a workspace. False where it is bound already, to whichever tenant: then nothing was changed. */
export async function bindWorkspace(
  session: Session,
  tenant: number,
  { platform, workspace }: WorkspaceKey,
  bound: { readonly at: Date; readonly by: string; readonly byName: string },
): Promise<boolean> {
  const changed = await session.run(
    `INSERT INTO chat_workspace (tenant_id, platform, workspace, bound_at, bound_by, bound_by_name)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
    [tenant, platform, workspace, bound.at, bound.by, bound.byName],
  );
  return changed > 0;
}

/** Whether a workspace is bound to this tenant; held until the end of the transaction, so that nobody releases it. */
export async function holdWorkspace(
  session: Session,
  tenant: number,
  { platform, workspace }: WorkspaceKey,
): Promise<boolean> {
  const rows = await session.rows(
    `SELECT FROM chat_workspace WHERE tenant_id = $1 AND platform = $2 AND workspace = $3 FOR KEY SHARE`,
    [tenant, platform, workspace],
  );
  return rows.length > 0;
}

/** The workspaces of a tenant, by platform and id. */
export function listWorkspaces(session: Session, tenant: number): Promise<WorkspaceRow[]> {
  return session.rows<WorkspaceRow>(
    `SELECT w.platform, w.workspace, w.bound_at AS "boundAt", w.bound_by_name AS "boundBy",
       (SELECT COUNT(*) FROM chat_person p WHERE p.tenant_id = w.tenant_id AND p.platform = w.platform
          AND p.workspace = w.workspace) AS people
     FROM chat_workspace w WHERE w.tenant_id = $1 ORDER BY w.platform, w.workspace`,
    [tenant],
  );
}

/** Releases a workspace, with its links, settings and open requests. False where it is not bound to this tenant. */
export async function releaseWorkspace(
  session: Session,
  tenant: number,
  { platform, workspace }: WorkspaceKey,
): Promise<boolean> {
  const changed = await session.run(
    'DELETE FROM chat_workspace WHERE tenant_id = $1 AND platform = $2 AND workspace = $3',
    [tenant, platform, workspace],
  );
  return changed > 0;
}
