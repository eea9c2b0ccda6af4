import { z } from 'zod';
import { includesRole } from '../identity/role.js';
import { hideSecrets, newSecret, readSecret } from '../identity/secret.js';
import { addKey, listKeys, revokeKey, type KeyRow } from '../store/keys.js';
import { pageOf, placeShapes, readCursor } from './cursor.js';
import { dayField, pageFields, storableText } from './fields.js';
import { operation, OperationError, type Actor, type Role } from './operation.js';
import { roleField } from './users.js';

/** An API key as people see it; never the key itself. */
export interface KeyItem {
  readonly name: string;
  readonly role: Role;
  /** Address of the user whose it is; null: the local operator's. */
  readonly owner: string | null;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsed: string | null;
}

export interface KeysResult {
  readonly items: readonly KeyItem[];
  readonly next: string | null;
}

/** A path of `.` or `..` is resolved away before it gets here (WHATWG URL §4.5), so such a key could not be revoked. */
const keyName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((name) => !/\p{Cc}/u.test(name), 'must not hold control characters')
  .refine((name) => name !== '.' && name !== '..', 'must not be . or ..')
  .refine((name) => hideSecrets(name) === name, 'must be a name, and never a key itself')
  .describe('What it is for, such as backup-script');
/** Whoever finds a key may know nothing else of it. */
const nameOrKey = storableText(z.string().trim().min(1).max(100)).describe('Its name, or the key itself');

export const keys = operation({
  name: 'keys',
  summary: 'List API keys: your own, or as admin all of them',
  role: 'viewer',
  effect: 'reads',
  input: z.object(pageFields),
  run: ({ db, tenant, actor }, input): Promise<KeysResult> =>
    db.within(tenant, async (session) => {
      const cursor = readCursor(input.cursor, z.tuple([placeShapes.name]));
      const rows = await listKeys(session, tenant, {
        ownerId: reachOf(actor),
        limit: input.limit + 1,
        after: cursor?.[0] ?? null,
      });
      const { items, next } = pageOf(rows, input.limit, (row) => [row.name]);
      return { items: items.map(keyItem), next };
    }),
});

export interface KeyCreated {
  /** Shown this once. */
  readonly key: string;
  readonly item: KeyItem;
}

/** More than anybody has programs; each is looked up and listed. */
const KEYS_OF_ONE = 50;

export const keyCreate = operation({
  name: 'key-create',
  summary: 'Make an API key for a program; it is shown this once',
  role: 'viewer',
  effect: 'changes',
  personal: true,
  input: z.object({
    name: keyName,
    role: roleField.default('viewer'),
    expires: dayField.optional().describe('Last day (UTC) on which it is good, such as 2027-01-31'),
  }),
  run: ({ db, tenant, actor, now }, { name, role, expires }): Promise<KeyCreated> =>
    db.within(tenant, async (session) => {
      if (!includesRole(actor.role, role))
        throw new OperationError(
          'role-too-high',
          `A key may do no more than who makes it: your role is ${actor.role}.`,
        );
      const expiresAt = expires === undefined ? null : endOf(expires);
      if (expiresAt !== null && expiresAt <= now())
        throw new OperationError('key-over', `${expires} is over; give a day to come, or none.`);
      const ownerId = actor.user ?? null;
      if (ownerId !== null) {
        const have = await listKeys(session, tenant, { ownerId, limit: KEYS_OF_ONE, after: null });
        if (have.length >= KEYS_OF_ONE)
          throw new OperationError(
            'keys-too-many',
            `You have ${KEYS_OF_ONE} keys, as many as one may have; revoke one that is not needed first.`,
          );
      }
      const { text, digest } = newSecret('key', tenant);
      const row = await addKey(session, tenant, {
        digest,
        name,
        role,
        ownerId,
        createdBy: actor.id,
        createdAt: now(),
        expiresAt,
      });
      if (row === null)
        throw new OperationError(
          'key-exists',
          `There is a key named ${name}; choose another name, or revoke that one first.`,
        );
      return { key: text, item: keyItem(row) };
    }),
});

export const keyRevoke = operation({
  name: 'key-revoke',
  summary: 'Revoke an API key: it is refused from its next request on',
  role: 'viewer',
  effect: 'changes',
  personal: true,
  input: z.object({ name: nameOrKey }),
  run: ({ db, tenant, actor, now }, { name }): Promise<{ readonly name: string }> =>
    db.within(tenant, async (session) => {
      const which = { name, digest: readSecret('key', name)?.digest ?? null };
      const revoked = await revokeKey(session, tenant, { ...which, ownerId: reachOf(actor), at: now() });
      if (revoked !== null) return revoked;
      throw new OperationError('key-unknown', `There is no key named ${name}; keys lists those there are.`);
    }),
  changed: ({ name }) => ({ name }),
});

/** Whose keys somebody gets at: an admin everybody's (null), others their own. */
function reachOf({ role, user }: Actor): number | null {
  if (role === 'admin') return null;
  // A key of the local operator with a lesser role belongs to nobody; no user has this id.
  return user ?? 0;
}

/** A day is good until its end. */
function endOf(day: string): Date {
  return new Date(Date.parse(day) + 24 * 60 * 60 * 1000);
}

function keyItem(row: KeyRow): KeyItem {
  return {
    name: row.name,
    role: row.role,
    owner: row.owner,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsed: row.lastUsedAt?.toISOString() ?? null,
  };
}
