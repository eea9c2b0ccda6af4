import { findLinked, type LinkedRow } from '../../store/chat-people.js';
import { tenantOfWorkspace } from '../../store/chat-workspaces.js';
import { actorOfUser } from '../authenticate.js';
import type { Actor, SystemContext } from '../operation.js';
import type { ChatHere } from './here.js';

/** Who a person of a bound workspace is: their user with today's role, nobody yet, or a user who is locked out. */
export type ChatActor =
  | { readonly state: 'linked'; readonly actor: Actor; readonly link: LinkedRow }
  | { readonly state: 'unlinked' }
  | { readonly state: 'disabled' };

/** The tenant that a workspace is bound to; null where it is bound to none. */
export function tenantOfChat(
  { db }: Pick<SystemContext, 'db'>,
  { platform, workspace }: Pick<ChatHere, 'platform' | 'workspace'>,
): Promise<number | null> {
  return db.across((session) => tenantOfWorkspace(session, platform, workspace));
}

/** Who asks, by the link of the person, in the tenant of the workspace. Read anew at each request. */
export async function actorOfChat(
  { db }: Pick<SystemContext, 'db'>,
  tenant: number,
  here: Pick<ChatHere, 'platform' | 'workspace' | 'person'>,
): Promise<ChatActor> {
  const link = await db.reading(tenant, (session) => findLinked(session, tenant, here));
  if (link === null) return { state: 'unlinked' };
  if (link.disabled) return { state: 'disabled' };
  return { state: 'linked', actor: actorOfUser(link), link };
}
