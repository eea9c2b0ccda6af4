import type { AuditResult } from '../../../src/core/operations/audit.js';
import type { KeyCreated, KeyItem, KeysResult } from '../../../src/core/operations/keys.js';
import type { UserReset } from '../../../src/core/operations/passwords.js';
import type { UserChanged, UserItem, UsersResult } from '../../../src/core/operations/users.js';
import type { Invented } from './results.js';

/** Invented answers of the operations on users, keys and the audit. Addresses are checked before they are kept. */
export function identityAnswers({ size, name, range }: Invented) {
  const next = size > 0 ? 'WzEyLCJ4Il0' : null;
  const several = Array.from({ length: Math.min(size, 20) }, (_, at) => at);
  const user = (at: number): UserItem => ({
    email: `user-${at}@example.com`,
    name: name(at),
    role: at === 1 ? 'admin' : 'viewer',
    disabled: at === 2,
    passwordSet: at % 2 === 0,
    createdAt: '2026-03-01T00:00:00.000Z',
    lastSignIn: at === 1 ? null : '2026-03-18T06:00:00.000Z',
  });
  const key = (at: number): KeyItem => ({
    name: name(at),
    role: 'analyst',
    owner: at === 1 ? null : `user-${at}@example.com`,
    createdAt: '2026-03-01T00:00:00.000Z',
    expiresAt: at % 2 === 0 ? null : '2026-03-02T00:00:00.000Z',
    lastUsed: at === 1 ? null : '2026-03-18T06:00:00.000Z',
  });
  const setup = { code: `dms_${'A'.repeat(48)}`, expiresAt: '2026-03-19T12:00:00.000Z' };
  const users: UsersResult = { items: several.map(user), next };
  const changed: UserChanged = { user: user(0), changed: size > 0, roleBefore: 'admin' };
  const reset: UserReset = { user: user(0), setup, ended: size, keysRevoked: size, linksEnded: size };
  const keys: KeysResult = { items: several.map(key), next };
  const made: KeyCreated = { key: `dmo_${'A'.repeat(48)}`, item: key(1) };
  const audit: AuditResult = {
    range,
    next,
    items: several.map((at) => ({
      id: 1_000 - at,
      at: '2026-03-18T06:00:00.000Z',
      actor: { id: `user:${at}`, name: name(at) },
      operation: 'user-role',
      input: { email: `user-${at}@example.com`, name: name(at), tags: [name(at)], ended: size },
      outcome: at === 1 ? 'last-admin' : 'done',
    })),
  };
  return {
    users,
    'user-create': { user: user(0), setup },
    'user-role': changed,
    'user-disable': changed,
    'user-enable': changed,
    'user-reset': reset,
    keys,
    'key-create': made,
    'key-revoke': { name: name(0) },
    audit,
    'rotate-signing-key': { forgotten: size > 0 },
  };
}
