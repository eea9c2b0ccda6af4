import { z } from 'zod';
import { findLinked } from '../../store/chat-people.js';
import { operation, type Context, type Role } from '../operation.js';

export interface WhoAmI {
  readonly name: string;
  readonly role: Role;
  /** How you are known here. */
  readonly by: 'shell' | 'key' | 'sign-in' | 'chat';
  /** In a chat: the user that the chat account is linked to; null elsewhere. */
  readonly link: {
    readonly email: string;
    readonly how: 'email' | 'code';
    /** ISO 8601. */
    readonly since: string;
  } | null;
}

export const whoami = operation({
  name: 'whoami',
  summary: 'Tell who you are here, how you are linked, and what you may do',
  role: 'viewer',
  effect: 'reads',
  input: z.object({}),
  run: async ({ db, tenant, actor, chat }): Promise<WhoAmI> => {
    const { name, role } = actor;
    const found =
      chat === undefined ? null : await db.reading(tenant, (session) => findLinked(session, tenant, chat));
    const link =
      found === null ? null : { email: found.email, how: found.how, since: found.linkedAt.toISOString() };
    return { name, role, by: wayOf({ actor, chat }), link };
  },
});

function wayOf({ actor, chat }: Pick<Context, 'actor' | 'chat'>): WhoAmI['by'] {
  if (actor.key === true) return 'key';
  if (actor.user === undefined) return 'shell';
  return chat === undefined ? 'sign-in' : 'chat';
}
