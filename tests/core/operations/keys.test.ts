import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticate } from '../../../src/core/operations/authenticate.js';
import { keyCreate, keyRevoke, keys } from '../../../src/core/operations/keys.js';
import type { Context, Role } from '../../../src/core/operations/operation.js';
import { userReset } from '../../../src/core/operations/passwords.js';
import { perform } from '../../../src/core/operations/perform.js';
import { signOutAll } from '../../../src/core/operations/sessions.js';
import { userCreate, userDisable, userEnable, userRole, users } from '../../../src/core/operations/users.js';
import { NOW, testSystem, type TestSystem } from '../../support/context.js';
import { all } from './asking.js';

let system: TestSystem;
let admin: Context;
let now = NOW;
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};
const who = (key: string) => authenticate(admin, key);
const names = async (context: Context) => (await perform(keys, context, {})).items.map((item) => item.name);

/** Whoever signed in as a user of this role. */
async function user(email: string, role: Role): Promise<Context> {
  await perform(userCreate, admin, { email, role });
  const [row] = await admin.db.within(admin.tenant, (session) =>
    session.rows<{ id: number }>('SELECT id FROM account WHERE email = $1', [email]),
  );
  const id = row?.id ?? 0;
  return { ...admin, actor: { id: `user:${id}`, name: email, role, user: id } };
}

beforeAll(async () => {
  system = await testSystem();
  admin = await system.context('mine', { now: () => now });
  await user('root@example.com', 'admin');
});
afterAll(() => system.close());

describe('a key', () => {
  it('says who asks, for which tenant and with which role', async () => {
    const { key, item } = await perform(keyCreate, admin, { name: 'uploads', role: 'analyst' });

    expect(key).toMatch(/^dmo_[\w-]{48}$/u);
    expect(item).toEqual({
      name: 'uploads',
      role: 'analyst',
      owner: null,
      createdAt: NOW.toISOString(),
      expiresAt: null,
      lastUsed: null,
    });
    expect(await who(key)).toEqual({
      tenant: admin.tenant,
      actor: { id: expect.stringMatching(/^key:\d+$/u), name: 'uploads', role: 'analyst', key: true },
    });
  });

  it('is kept as its SHA-256 alone, and shown by no list', async () => {
    const { key } = await perform(keyCreate, admin, { name: 'kept' });

    const rows = await admin.db.within(admin.tenant, (session) =>
      session.rows(
        `SELECT k::text FROM api_key k UNION ALL SELECT a::text FROM audit a WHERE operation = 'key-create'`,
      ),
    );
    const text = JSON.stringify([rows, await perform(keys, admin, {})]);
    expect(rows.length).toBeGreaterThan(3);
    expect(text).not.toContain(key);
    expect(text).not.toContain(key.slice(4, 20));
  });

  it('may do no more than who makes it', async () => {
    const viewer = await user('vic@example.com', 'viewer');

    await expect(perform(keyCreate, viewer, { name: 'high', role: 'analyst' })).rejects.toMatchObject({
      code: 'role-too-high',
    });
  });

  it('makes and revokes no keys and ends no sign-ins, whosever it is: that is for people', async () => {
    const boss = await user('boss@example.com', 'admin');
    const { key } = await perform(keyCreate, boss, { name: 'boss-1', role: 'viewer' });
    const locals = await perform(keyCreate, admin, { name: 'local-1', role: 'admin' });
    await perform(keyCreate, boss, { name: 'boss-2', role: 'admin' });

    for (const found of [key, locals.key]) {
      const asKey = { ...admin, ...(await who(found)) };
      for (const asked of [
        () => perform(keyCreate, asKey, { name: 'child' }),
        () => perform(keyRevoke, asKey, { name: 'boss-2' }),
        () => perform(signOutAll, asKey, {}),
      ])
        await expect(asked()).rejects.toMatchObject({
          code: 'people-only',
          message: expect.stringContaining('sign in and ask again'),
        });
      await expect(perform(keys, asKey, {})).resolves.toBeDefined();
    }
    expect(await names(admin)).toEqual(expect.arrayContaining(['boss-1', 'boss-2']));
  });

  it('makes, changes and locks out no users, and asks for them all the same: people administer people', async () => {
    const head = await user('head@example.com', 'admin');
    const { key } = await perform(keyCreate, head, { name: 'head-1', role: 'admin' });
    const asKey = { ...admin, ...(await who(key)) };
    const one = { email: 'head@example.com' };

    for (const asked of [
      () => perform(userCreate, asKey, { email: 'planted@example.com', role: 'admin' }),
      () => perform(userRole, asKey, { ...one, role: 'viewer' }),
      () => perform(userDisable, asKey, one),
      () => perform(userEnable, asKey, one),
      () => perform(userReset, asKey, one),
    ])
      await expect(asked()).rejects.toMatchObject({ code: 'people-only' });

    const { items } = await perform(users, asKey, {});
    expect(items.map(({ email }) => email)).not.toContain('planted@example.com');
    expect(items.find(({ email }) => email === one.email)).toMatchObject({ role: 'admin', disabled: false });
  });

  it('is revoked with all others of its owner when their password is taken away', async () => {
    const ned = await user('ned@example.com', 'analyst');
    const { key } = await perform(keyCreate, ned, { name: 'ned-1', role: 'analyst' });
    const { key: elses } = await perform(keyCreate, admin, { name: 'no-neds' });

    expect(await perform(userReset, admin, { email: 'ned@example.com' })).toMatchObject({ keysRevoked: 1 });

    await expect(who(key)).rejects.toMatchObject({ code: 'token-revoked' });
    await expect(who(elses)).resolves.toBeDefined();
  });

  it('may never do more than its owner may now, and nothing while they are locked out', async () => {
    const ann = await user('ann@example.com', 'admin');
    const { key } = await perform(keyCreate, ann, { name: 'ann-1', role: 'admin' });
    expect((await who(key)).actor.role).toBe('admin');

    await perform(userRole, admin, { email: 'ann@example.com', role: 'viewer' });
    expect((await who(key)).actor.role).toBe('viewer');
    await perform(userDisable, admin, { email: 'ann@example.com' });
    await expect(who(key)).rejects.toMatchObject({ code: 'token-revoked' });
    await perform(userEnable, admin, { email: 'ann@example.com' });
    await expect(who(key)).resolves.toBeDefined();
  });

  it('is one of fifty at most that a user has', async () => {
    const collector = await user('collector@example.com', 'viewer');
    for (let n = 0; n < 50; n += 1) await perform(keyCreate, collector, { name: `collected ${n}` });

    const more = perform(keyCreate, collector, { name: 'collected 50' });

    await expect(more).rejects.toMatchObject({ code: 'keys-too-many' });
    await perform(keyRevoke, collector, { name: 'collected 0' });
    await expect(perform(keyCreate, collector, { name: 'collected 50' })).resolves.toBeDefined();
    for (let n = 1; n <= 50; n += 1) await perform(keyRevoke, collector, { name: `collected ${n}` });
  });

  it('is refused from its next request on when it is revoked, and its name is free again', async () => {
    const { key } = await perform(keyCreate, admin, { name: 'Brief' });

    await expect(perform(keyCreate, admin, { name: 'brief' })).rejects.toMatchObject({ code: 'key-exists' });
    expect(await perform(keyRevoke, admin, { name: 'BRIEF' })).toEqual({ name: 'Brief' });

    await expect(who(key)).rejects.toMatchObject({ code: 'token-revoked' });
    await expect(perform(keyRevoke, admin, { name: 'brief' })).rejects.toMatchObject({ code: 'key-unknown' });
    await expect(perform(keyCreate, admin, { name: 'brief' })).resolves.toBeDefined();
  });

  it('is revoked by itself where somebody found it, and stands neither in the audit nor in an error', async () => {
    const { key } = await perform(keyCreate, admin, { name: 'found' });
    const strangers = await user('sue@example.com', 'viewer');

    await expect(perform(keyRevoke, strangers, { name: key })).rejects.toMatchObject({
      code: 'key-unknown',
      message: expect.stringContaining('dmo_[hidden]'),
    });
    expect(await perform(keyRevoke, admin, { name: key })).toEqual({ name: 'found' });

    await expect(who(key)).rejects.toMatchObject({ code: 'token-revoked' });
    await expect(perform(keyRevoke, admin, { name: key })).rejects.toMatchObject({ code: 'key-unknown' });
    const lines = await admin.db.within(admin.tenant, (session) =>
      session.rows(`SELECT input FROM audit WHERE operation = 'key-revoke' ORDER BY id DESC LIMIT 3`),
    );
    expect(lines).toEqual([
      { input: { name: 'dmo_[hidden]' } },
      { input: { name: 'found' } },
      { input: { name: 'dmo_[hidden]' } },
    ]);
  });

  it.each(['.', '..', 'a\u0007b', 'a\nb', `dmo_${'A'.repeat(48)}`])('is not named %j', async (name) => {
    await expect(perform(keyCreate, admin, { name })).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('is good until the end of its last day', async () => {
    const { key } = await perform(keyCreate, admin, { name: 'short', expires: '2026-03-15' });

    now = new Date('2026-03-15T23:59:59.999Z');
    await expect(who(key)).resolves.toBeDefined();
    now = new Date('2026-03-16T00:00:00Z');
    await expect(who(key)).rejects.toMatchObject({ code: 'token-expired' });
    await expect(perform(keyCreate, admin, { name: 'past', expires: '2026-03-15' })).rejects.toMatchObject({
      code: 'key-over',
    });
  });

  it('tells when it was last used, to the minute', async () => {
    const { key } = await perform(keyCreate, admin, { name: 'used' });
    const used = async () =>
      (await perform(keys, admin, {})).items.find((item) => item.name === 'used')?.lastUsed;

    const first = now.toISOString();
    await who(key);
    later(59);
    await who(key);
    expect(await used()).toBe(first);
    later(2);
    await Promise.all([who(key), who(key), who(key)]);
    expect(await used()).toBe(now.toISOString());
  });

  it('of others is neither listed nor revoked, but by an admin', async () => {
    const [one, two] = [await user('one@example.com', 'analyst'), await user('two@example.com', 'analyst')];
    await perform(keyCreate, one, { name: 'of-one' });
    await perform(keyCreate, two, { name: 'of-two' });

    expect(await names(one)).toEqual(['of-one']);
    await expect(perform(keyRevoke, one, { name: 'of-two' })).rejects.toMatchObject({ code: 'key-unknown' });
    expect(await names(admin)).toEqual(expect.arrayContaining(['of-one', 'of-two']));
    await expect(perform(keyRevoke, admin, { name: 'of-two' })).resolves.toBeDefined();
  });

  it('of another tenant is not found, and asks for that tenant alone', async () => {
    const other = await system.context('theirs', { now: () => now });
    const { key } = await perform(keyCreate, other, { name: 'their-key', role: 'admin' });

    expect(await names(admin)).not.toContain('their-key');
    await expect(perform(keyRevoke, admin, { name: 'their-key' })).rejects.toMatchObject({
      code: 'key-unknown',
    });
    expect((await who(key)).tenant).toBe(other.tenant);

    // The same key with my tenant's number in it is another text, and none.
    const bytes = Buffer.from(key.slice(4), 'base64url');
    bytes.writeUInt32BE(admin.tenant);
    await expect(who(`dmo_${bytes.toString('base64url')}`)).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });

  it.each(['dmo_', 'dmo_x', `dmo_${'A'.repeat(48)}`, `dmo_${Buffer.alloc(36, 1).toString('base64url')}`])(
    'is not %s',
    async (text) => {
      await expect(who(text)).rejects.toMatchObject({ code: 'unauthenticated' });
    },
  );

  it('is listed once over all pages', async () => {
    const items = await all((cursor) => perform(keys, admin, { limit: 2, cursor }));

    const listed = items.map((item) => item.name);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toEqual(await names(admin));
  });
});
