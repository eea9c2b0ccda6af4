import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../../src/core/operations/audit.js';
import type { Context, Operation, Role } from '../../../src/core/operations/operation.js';
import { perform } from '../../../src/core/operations/perform.js';
import { userReset } from '../../../src/core/operations/passwords.js';
import { userCreate, userDisable, userEnable, userRole, users } from '../../../src/core/operations/users.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { all } from './asking.js';

let system: TestSystem;
let admin: Context;
let other: Context;
const as = (role: Role): Context => ({ ...admin, actor: { id: 'user:99', name: role, role } });
const create = (email: string, role: Role, context = admin) => perform(userCreate, context, { email, role });

beforeAll(async () => {
  system = await testSystem();
  admin = await system.context('mine');
  other = await system.context('theirs');
});
afterAll(() => system.close());

describe('a user', () => {
  it('is made by an admin, with a case-folded address and a code for the password', async () => {
    const { user, setup } = await perform(userCreate, admin, {
      email: ' Ada@Example.COM',
      role: 'admin',
      name: 'Ada',
    });

    expect(user).toEqual({
      email: 'ada@example.com',
      name: 'Ada',
      role: 'admin',
      disabled: false,
      passwordSet: false,
      createdAt: '2026-03-15T12:00:00.000Z',
      lastSignIn: null,
    });
    expect(setup).toEqual({ code: expect.stringMatching(/^dms_/u), expiresAt: '2026-03-16T12:00:00.000Z' });
  });

  it.each(['viewer', 'analyst'] as const)('is neither made nor seen by a %s', async (role) => {
    await expect(create('eve@example.com', 'admin', as(role))).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(perform(users, as(role), {})).rejects.toMatchObject({ code: 'not-allowed' });
  });

  it.each([
    'ada',
    'ada@',
    'ada@example',
    'ada @example.com',
    `${'a'.repeat(250)}@example.com`,
    'a\0@example.com',
  ])('has no address like %j', async (email) => {
    await expect(create(email, 'viewer')).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('has an address of which there is one over all tenants, even when two ask at once', async () => {
    await expect(create('ada@example.com', 'viewer')).rejects.toMatchObject({ code: 'user-exists' });
    await expect(create('ADA@example.com', 'viewer', other)).rejects.toMatchObject({ code: 'user-exists' });

    const answers = await Promise.allSettled(
      [admin, other, admin, other].map((context) => create('race@example.com', 'viewer', context)),
    );
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
    const everybody = [...(await listed(admin)), ...(await listed(other))];
    expect(everybody.filter((email) => email === 'race@example.com')).toHaveLength(1);
  });

  it('of another tenant is not found, whatever is asked', async () => {
    await create('theirs@example.com', 'viewer', other);

    expect(await listed(admin)).not.toContain('theirs@example.com');
    for (const operation of [userDisable, userEnable, userReset] as readonly Operation[])
      await expect(perform(operation, admin, { email: 'theirs@example.com' })).rejects.toMatchObject({
        code: 'user-unknown',
      });
    await expect(
      perform(userRole, admin, { email: 'theirs@example.com', role: 'admin' }),
    ).rejects.toMatchObject({ code: 'user-unknown' });
  });

  it('that was mistyped is told with the nearest address', async () => {
    await expect(perform(userDisable, admin, { email: 'adda@example.com' })).rejects.toMatchObject({
      message: 'There is no user adda@example.com; did you mean ada@example.com?',
      suggestions: ['ada@example.com'],
    });
  });

  it('is listed once over all pages, by address', async () => {
    for (const name of ['zoe', 'max', 'kim']) await create(`${name}@example.com`, 'viewer');

    const items = await all((cursor) => perform(users, admin, { limit: 2, cursor }));

    const emails = items.map((item) => item.email);
    expect(emails).toEqual(emails.toSorted());
    expect(emails).toEqual(expect.arrayContaining(['ada@example.com', 'kim@example.com', 'zoe@example.com']));
    expect(new Set(emails).size).toBe(emails.length);
  });

  it('gets another role, and the audit says which one before', async () => {
    await create('ray@example.com', 'viewer');

    const first = await perform(userRole, admin, { email: 'ray@example.com', role: 'analyst' });
    const again = await perform(userRole, admin, { email: 'ray@example.com', role: 'analyst' });

    expect(first).toMatchObject({ changed: true, roleBefore: 'viewer', user: { role: 'analyst' } });
    expect(again).toMatchObject({ changed: false });
    const { items } = await perform(audit, admin, { operation: 'user-role' });
    expect(items[1]).toMatchObject({
      actor: { id: 'test' },
      input: { email: 'ray@example.com', role: 'analyst', roleBefore: 'viewer' },
      outcome: 'done',
    });
  });

  it('who is locked out is let in again, and gets no code meanwhile', async () => {
    const email = 'max@example.com';

    expect(await perform(userDisable, admin, { email })).toMatchObject({
      changed: true,
      user: { disabled: true },
    });
    expect(await perform(userDisable, admin, { email })).toMatchObject({ changed: false });
    await expect(perform(userReset, admin, { email })).rejects.toMatchObject({ code: 'user-disabled' });
    expect(await perform(userEnable, admin, { email })).toMatchObject({
      changed: true,
      user: { disabled: false },
    });
    expect(await perform(userEnable, admin, { email })).toMatchObject({ changed: false });
  });
});

describe('the last admin', () => {
  it('is neither locked out nor given another role', async () => {
    await expect(perform(userDisable, admin, { email: 'ada@example.com' })).rejects.toMatchObject({
      code: 'last-admin',
    });
    await expect(
      perform(userRole, admin, { email: 'ada@example.com', role: 'analyst' }),
    ).rejects.toMatchObject({
      code: 'last-admin',
    });
  });

  it('is who remains when others are locked out, though they are admins too', async () => {
    await create('second@example.com', 'admin');
    await perform(userDisable, admin, { email: 'second@example.com' });

    await expect(perform(userDisable, admin, { email: 'ada@example.com' })).rejects.toMatchObject({
      code: 'last-admin',
    });
    expect(await perform(userRole, admin, { email: 'second@example.com', role: 'viewer' })).toMatchObject({
      changed: true,
    });
  });

  it('remains when all of them take each other out at one moment', async () => {
    const emails = ['a1', 'a2', 'a3', 'a4'].map((name) => `${name}@other.example`);
    for (const email of emails) await create(email, 'admin', other);

    await Promise.allSettled(
      emails.map((email, at) =>
        at % 2 === 0
          ? perform(userDisable, other, { email })
          : perform(userRole, other, { email, role: 'viewer' }),
      ),
    );

    const { items } = await perform(users, other, {});
    expect(items.filter((item) => item.role === 'admin' && !item.disabled)).toHaveLength(1);
  });
});

async function listed(context: Context): Promise<string[]> {
  return (await perform(users, context, { limit: 1_000 })).items.map((item) => item.email);
}
