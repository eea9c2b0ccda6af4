import { z } from 'zod';
import { emailField } from '../../identity/email.js';
import { readSecret } from '../../identity/secret.js';
import { addAudit } from '../../store/audit.js';
import { dropLink, dropLinkCode, findLinked, holdLinkCode, setLink } from '../../store/chat-people.js';
import { bindWorkspace, holdWorkspace, tenantOfWorkspace } from '../../store/chat-workspaces.js';
import type { Session } from '../../store/session.js';
import { holdUser } from '../../store/users.js';
import { operation, OperationError, type SystemContext } from '../operation.js';
import { checkInput } from '../perform.js';
import { hereOf, type ChatHere } from './here.js';

const LONGEST_GIVEN = 1_000;

export interface Linked {
  readonly tenant: number;
  readonly user: { readonly id: number; readonly email: string; readonly name: string };
  /** Whether the workspace was bound by this. */
  readonly bound: boolean;
}

const linkInput = z.object({
  code: z
    .string()
    .max(LONGEST_GIVEN)
    .transform((text) => text.replaceAll(/\s/gu, ''))
    .meta({ writeOnly: true })
    .describe('The code that an admin gave you'),
});

/** Gives null at the terminal, whose operator needs no link. */
export const link = operation({
  name: 'link',
  summary: 'Link your chat account to a user, with the code that an admin gave you',
  role: 'viewer',
  effect: 'changes',
  personal: true,
  input: linkInput,
  run: async (context, { code }): Promise<Linked | null> => {
    const here = hereOf(context, 'link');
    return here.platform === 'terminal' ? null : useCode(context, here, code);
  },
  changed: (linked) =>
    linked === null ? { email: null } : { email: linked.user.email, bound: linked.bound },
});

/**
 * The same for somebody who is no user yet, in a workspace that may not be bound: whoever brings the right code may.
 * What was done stands in the audit of the code's tenant. Throws InputError and OperationError `link-code-wrong` or
 * `workspace-unbound`.
 */
export async function bringCode(system: SystemContext, here: ChatHere, given: unknown): Promise<Linked> {
  const { code } = checkInput(link, given);
  return useCode(system, here, code, async (session, { tenant, user, bound }) => {
    await auditLink(system, session, tenant, here, { user, how: 'code', bound });
  });
}

/** Looked up in the tenant that the code names; a workspace of another tenant takes none of its codes. */
async function useCode(
  system: SystemContext,
  here: ChatHere,
  code: string,
  further: (session: Session, linked: Linked) => Promise<void> = () => Promise.resolve(),
): Promise<Linked> {
  const secret = readSecret('link', code);
  if (secret === null) throw codeWrong();
  const { tenant, digest } = secret;
  const { platform, workspace } = here;
  const boundTo = await system.db.across((session) => tenantOfWorkspace(session, platform, workspace));
  if (boundTo !== null && boundTo !== tenant) throw codeWrong();
  return system.db.within(tenant, async (session) => {
    const now = system.now();
    const found = await holdLinkCode(session, tenant, digest, now);
    if (found === null) throw codeWrong();
    const { userId, email, name, binds } = found;
    const by = { at: now, by: `user:${userId}`, byName: name };
    const bound = binds && (await bindWorkspace(session, tenant, here, by));
    if (!bound && !(await holdWorkspace(session, tenant, here))) throw binds ? codeWrong() : unbound();
    await setLink(session, tenant, here, { name: here.personName, userId, how: 'code', at: now });
    await dropLinkCode(session, tenant, digest);
    const linked = { tenant, user: { id: userId, email, name }, bound };
    await further(session, linked);
    return linked;
  });
}

/**
 * Links a person whose address the platform has vouched for, where exactly that address is a user who is not locked
 * out, of the tenant to which the workspace is bound. False where it is not.
 */
export async function linkByEmail(
  system: SystemContext,
  tenant: number,
  here: ChatHere,
  vouched: string,
): Promise<boolean> {
  const email = emailField.safeParse(vouched);
  if (!email.success) return false;
  return system.db.within(tenant, async (session) => {
    if (!(await holdWorkspace(session, tenant, here))) return false;
    const user = await holdUser(session, tenant, email.data);
    if (user === null || user.disabledAt !== null) return false;
    await setLink(session, tenant, here, {
      name: here.personName,
      userId: user.id,
      how: 'email',
      at: system.now(),
    });
    await auditLink(system, session, tenant, here, { user, how: 'email', bound: false });
    return true;
  });
}

async function auditLink(
  { now }: SystemContext,
  session: Session,
  tenant: number,
  { platform, workspace, person }: ChatHere,
  {
    user,
    how,
    bound,
  }: {
    readonly user: { readonly id: number; readonly email: string; readonly name: string };
    readonly how: 'email' | 'code';
    readonly bound: boolean;
  },
): Promise<void> {
  await addAudit(session, tenant, {
    at: now(),
    actorId: `user:${user.id}`,
    actorName: user.name,
    operation: 'link',
    input: { platform, workspace, person, email: user.email, how, bound },
    outcome: 'done',
  });
}

export interface Unlinked {
  readonly email: string;
}

/** Gives null at the terminal, whose operator has no link. */
export const unlink = operation({
  name: 'unlink',
  summary: 'End the link between your chat account and your user, here',
  role: 'viewer',
  effect: 'changes',
  personal: true,
  input: z.object({}),
  run: async (context): Promise<Unlinked | null> => {
    const here = hereOf(context, 'unlink');
    if (here.platform === 'terminal') return null;
    const { db, tenant } = context;
    return db.within(tenant, async (session) => {
      const linked = await findLinked(session, tenant, here);
      if (linked === null || !(await dropLink(session, tenant, here)))
        throw new OperationError('not-linked', 'You are not linked to a user here.');
      return { email: linked.email };
    });
  },
  changed: (unlinked) => ({ email: unlinked?.email ?? null }),
});

/** Wrong, used, ended or of somewhere else: nobody learns which. */
function codeWrong(): OperationError {
  return new OperationError(
    'link-code-wrong',
    'This code is not good here: it was used, it has ended, or it is for another workspace. Ask an admin for a new one.',
  );
}

function unbound(): OperationError {
  return new OperationError(
    'workspace-unbound',
    'This code links a person, but this workspace is not bound yet. An admin makes a code that binds it: link-code EMAIL binds:yes',
  );
}
