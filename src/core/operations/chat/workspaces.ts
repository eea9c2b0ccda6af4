import { z } from 'zod';
import { forgetLostChannels, holdRules } from '../../store/alert-rules.js';
import { listWorkspaces, releaseWorkspace } from '../../store/chat-workspaces.js';
import { noteLost } from '../../store/lost-cards.js';
import { storableText } from '../fields.js';
import { operation, OperationError } from '../operation.js';
import { platformField } from './here.js';

export interface WorkspaceItem {
  readonly platform: string;
  /** The platform's id. */
  readonly workspace: string;
  /** ISO 8601. */
  readonly boundAt: string;
  readonly boundBy: string;
  /** People in it who are linked to users. */
  readonly people: number;
  /** Whether it is asked from there. */
  readonly here: boolean;
}

export interface WorkspacesResult {
  readonly items: readonly WorkspaceItem[];
}

export const workspaces = operation({
  name: 'workspaces',
  summary: 'List the Slack workspaces, Microsoft tenants and Discord servers whose people may ask here',
  role: 'admin',
  effect: 'reads',
  input: z.object({}),
  run: ({ db, tenant, chat }): Promise<WorkspacesResult> =>
    db.reading(tenant, async (session) => ({
      items: (await listWorkspaces(session, tenant)).map((row) => ({
        ...row,
        boundAt: row.boundAt.toISOString(),
        here: row.platform === chat?.platform && row.workspace === chat.workspace,
      })),
    })),
});

export interface WorkspaceReleased {
  readonly platform: string;
  readonly workspace: string;
}

export const workspaceRelease = operation({
  name: 'workspace-release',
  summary: 'Release a workspace: its people are linked no more, and nobody there is answered',
  role: 'admin',
  effect: 'changes',
  personal: true,
  input: z.object({
    platform: platformField,
    workspace: storableText(z.string().trim().min(1).max(200)).describe('Its id, as workspaces lists it'),
  }),
  run: ({ db, tenant, now }, { platform, workspace }): Promise<WorkspaceReleased> =>
    db.within(tenant, async (session) => {
      await holdRules(session, tenant);
      await noteLost(session, tenant, { kind: platform, workspace }, now());
      if (!(await releaseWorkspace(session, tenant, { platform, workspace })))
        throw new OperationError(
          'workspace-unknown',
          `No workspace ${workspace} of ${platform} is bound here; workspaces lists those that are.`,
        );
      // Its channels went with it.
      await forgetLostChannels(session, tenant);
      return { platform, workspace };
    }),
});
