import { z } from 'zod';
import { nearest } from '../analysis/nearest.js';
import { emailField } from '../identity/email.js';
import { digestOf } from '../identity/secret.js';
import { dropLinkCodeOf } from '../store/chat-people.js';
import type { Session } from '../store/session.js';
import { revokeSessionsOf } from '../store/sessions.js';
import {
  addUser,
  dropSetupCode,
  holdAdmins,
  holdUser,
  listUsers,
  setDisabled,
  setRole,
  someAdmins,
  userEmails,
  type UserRow,
} from '../store/users.js';
import { pageOf, placeShapes, readCursor } from './cursor.js';
import { pageFields, storableText } from './fields.js';
import { operation, OperationError, ROLES, type Context, type Role } from './operation.js';
import { newSetupCode, type SetupCode } from './setup-code.js';

/** Names compared with a typo. */
const NAMES_COMPARED = 5_000;

/** A user as people see it. */
export interface UserItem {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  /** Whether a password was set, so that they can sign in. */
  readonly passwordSet: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly lastSignIn: string | null;
}

export interface UsersResult {
  readonly items: readonly UserItem[];
  readonly next: string | null;
}

export const roleField = z.enum(ROLES).describe('What they may do: each role includes the ones before it');
const nameField = storableText(z.string().trim().min(1).max(200)).describe('Name, as others see it');
const oneUser = z.object({ email: emailField });

export const users = operation({
  name: 'users',
  summary: 'List who may sign in, and what they may do',
  role: 'admin',
  effect: 'reads',
  input: z.object(pageFields),
  run: (context, input): Promise<UsersResult> =>
    context.db.within(context.tenant, async (session) => {
      const cursor = readCursor(input.cursor, z.tuple([placeShapes.name]));
      const page = { limit: input.limit + 1, after: cursor?.[0] ?? null };
      const rows = await listUsers(session, context.tenant, page);
      const { items, next } = pageOf(rows, input.limit, (row) => [row.email]);
      return { items: items.map(userItem), next };
    }),
});

export interface UserCreated {
  readonly user: UserItem;
  /** With which the person sets the password; shown this once. */
  readonly setup: SetupCode;
}

export const userCreate = operation({
  name: 'user-create',
  summary: 'Let somebody sign in: gives a code with which they set their password',
  role: 'admin',
  effect: 'changes',
  personal: true,
  input: z.object({
    email: emailField,
    role: roleField.default('viewer'),
    name: nameField.optional(),
  }),
  run: (context, { email, role, name }): Promise<UserCreated> =>
    context.db.within(context.tenant, async (session) => {
      const row = await addUser(session, context.tenant, {
        email,
        emailDigest: digestOf(email),
        name: name ?? email,
        role,
        createdBy: context.actor.id,
        createdAt: context.now(),
      });
      // Of another tenant no more is said than that the address cannot be used.
      if (row === null)
        throw new OperationError(
          'user-exists',
          `The address ${email} is in use; users lists those of this workspace.`,
        );
      return { user: userItem(row), setup: await newSetupCode(context, session, row.id) };
    }),
});

export interface UserChanged {
  readonly user: UserItem;
  /** False where nothing had to be done. */
  readonly changed: boolean;
  readonly roleBefore: Role;
}

export const userRole = operation({
  name: 'user-role',
  summary: 'Give a user another role; it holds from their next request on',
  role: 'admin',
  effect: 'changes',
  personal: true,
  input: z.object({ email: emailField, role: roleField }),
  run: (context, { email, role }): Promise<UserChanged> =>
    changeUser(context, email, async (session, user, admins) => {
      if (role === user.role) return false;
      if (user.role === 'admin') keepOneAdmin(user, admins);
      await setRole(session, context.tenant, user.id, role);
      return true;
    }),
  changed: ({ roleBefore }) => ({ roleBefore }),
});

export const userDisable = operation({
  name: 'user-disable',
  summary: 'Lock a user out: sign-ins end, and API keys of theirs are refused',
  role: 'admin',
  effect: 'changes',
  personal: true,
  input: oneUser,
  run: (context, { email }): Promise<UserChanged> =>
    changeUser(context, email, async (session, user, admins) => {
      if (user.disabledAt !== null) return false;
      if (user.role === 'admin') keepOneAdmin(user, admins);
      const now = context.now();
      await setDisabled(session, context.tenant, user.id, now);
      await revokeSessionsOf(session, context.tenant, user.id, 'disabled', now);
      await dropSetupCode(session, context.tenant, user.id);
      await dropLinkCodeOf(session, context.tenant, user.id);
      return true;
    }),
});

export const userEnable = operation({
  name: 'user-enable',
  summary: 'Let a user in again who was locked out',
  role: 'admin',
  effect: 'changes',
  personal: true,
  input: oneUser,
  run: (context, { email }): Promise<UserChanged> =>
    changeUser(context, email, async (session, user) => {
      if (user.disabledAt === null) return false;
      await setDisabled(session, context.tenant, user.id, null);
      return true;
    }),
});

type Change = (session: Session, user: UserRow, admins: number) => Promise<boolean>;

/** Changes one user while nobody else changes users; admins are held first, so that two of them never wait crosswise. */
function changeUser(context: Context, email: string, change: Change): Promise<UserChanged> {
  const { db, tenant } = context;
  return db.within(tenant, async (session) => {
    const admins = await holdAdmins(session, tenant);
    const before = await heldUser(context, session, email);
    const changed = await change(session, before, admins);
    const after = changed ? await heldUser(context, session, email) : before;
    return { user: userItem(after), changed, roleBefore: before.role };
  });
}

function keepOneAdmin({ email, disabledAt }: UserRow, admins: number): void {
  if (disabledAt !== null || admins > 1) return;
  throw new OperationError(
    'last-admin',
    `${email} is the last admin, and somebody has to be one. Make another first: dmarc-ops user role`,
  );
}

/** The user of an address, held. Throws OperationError `user-unknown` with the nearest addresses. */
export async function heldUser(context: Context, session: Session, email: string): Promise<UserRow> {
  const user = await holdUser(session, context.tenant, email);
  if (user !== null) return user;
  const near = nearest(email, await userEmails(session, context.tenant, NAMES_COMPARED));
  const meant = near.length === 0 ? '; users lists who there is.' : `; did you mean ${near.join(' or ')}?`;
  throw new OperationError('user-unknown', `There is no user ${email}${meant}`, near);
}

/** Named to whoever is refused; more are no help. */
const ADMINS_NAMED = 3;

/** Names of admins, some of them, who can grant roles. */
export function adminNames({ db, tenant }: Context): Promise<readonly string[]> {
  return db.reading(tenant, (session) => someAdmins(session, tenant, ADMINS_NAMED));
}

/** A row as people see it: without the hash. */
export function userItem(row: UserRow): UserItem {
  return {
    email: row.email,
    name: row.name,
    role: row.role,
    disabled: row.disabledAt !== null,
    passwordSet: row.passwordHash !== null,
    createdAt: row.createdAt.toISOString(),
    lastSignIn: row.lastSignInAt?.toISOString() ?? null,
  };
}
