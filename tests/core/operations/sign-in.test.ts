import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { audit } from '../../../src/core/operations/audit.js';
import { auditedInput } from '../../../src/core/operations/audited.js';
import { authenticate } from '../../../src/core/operations/authenticate.js';
import { countTry, TooManyTries } from '../../../src/core/operations/limit.js';
import { performOpen, type OpenOperation } from '../../../src/core/operations/open.js';
import type { Context, OperationError } from '../../../src/core/operations/operation.js';
import { setPassword, userReset, userSetPassword } from '../../../src/core/operations/passwords.js';
import { perform } from '../../../src/core/operations/perform.js';
import { refresh, signOut } from '../../../src/core/operations/refresh.js';
import { forgetEnded, rotateSigningKey, signOutAll } from '../../../src/core/operations/sessions.js';
import { accountKey, ADDRESS_RATE, signIn } from '../../../src/core/operations/sign-in.js';
import { userDisable, userEnable, userRole } from '../../../src/core/operations/users.js';
import { countedAddress } from '../../../src/core/identity/address.js';
import { issueToken } from '../../../src/core/identity/token.js';
import { NOW, testSystem, type TestSystem } from '../../support/context.js';
import { hashLightly, PASSWORD, person, signedIn, VISITOR } from '../../support/people.js';

const DAY = 24 * 60 * 60;

let system: TestSystem;
let admin: Context;
let now = NOW;
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};
const renew = (refreshToken: string) => performOpen(refresh, admin, { refreshToken }, VISITOR);
const who = (token: string) => authenticate(admin, token);
const logged: unknown[] = [];

beforeAll(async () => {
  system = await testSystem();
  const write = (...line: unknown[]) => void logged.push(line);
  const log: Context['log'] = { info: write, warn: write, error: write, child: () => log };
  admin = await system.context('test', { now: () => now, log });
  for (const name of ['ada', 'bob', 'eve']) await person(admin, `${name}@example.com`);
  await hashLightly(admin);
});
afterAll(() => system.close());

describe('signing in', () => {
  it('gives an access token that says who asks, with the role of this moment', async () => {
    const { accessToken, expiresIn, user } = await signedIn(admin, ' ADA@Example.com ');

    expect(user).toEqual({ email: 'ada@example.com', name: 'ada@example.com', role: 'viewer' });
    expect(expiresIn).toBe(900);
    expect(await who(accessToken)).toMatchObject({
      tenant: admin.tenant,
      actor: { name: 'ada@example.com', role: 'viewer' },
    });

    await perform(userRole, admin, { email: 'ada@example.com', role: 'analyst' });
    expect((await who(accessToken)).actor.role).toBe('analyst');
    await perform(userRole, admin, { email: 'ada@example.com', role: 'viewer' });
    expect((await who(accessToken)).actor.role).toBe('viewer');
  });

  it('answers the same to a wrong password, an unknown address, and who is locked out', async () => {
    await perform(userDisable, admin, { email: 'eve@example.com' });

    const answers = await Promise.all(
      [
        ['ada@example.com', 'not the password'],
        ['nobody@example.com', PASSWORD],
        ['eve@example.com', PASSWORD],
        ['ada@example.com', 'x'.repeat(1_000)],
      ].map(([email = '', password]) =>
        signedIn(admin, email, password).catch(({ code, message }: OperationError) => ({ code, message })),
      ),
    );

    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ code: 'sign-in-failed' });
    await perform(userEnable, admin, { email: 'eve@example.com' });
  });

  it('takes as long for an unknown address as for a wrong password', async () => {
    const time = async (email: string) => {
      const begun = performance.now();
      await signedIn(admin, email, 'not the password').catch(() => {});
      return performance.now() - begun;
    };

    await person(admin, 'as-people-are@example.com');

    const known = await time('as-people-are@example.com');
    const unknown = await time('nobody-else@example.com');

    // Without the dummy it would be a hundredth of it.
    expect(unknown).toBeGreaterThan(known / 4);
  });

  it('is audited, done or failed, with the address and without the password', async () => {
    await signedIn(admin, 'bob@example.com');
    await signedIn(admin, 'bob@example.com', 'a secret guess').catch(() => {});

    await vi.waitFor(async () => {
      const { items } = await perform(audit, admin, { actor: 'bob@example.com', operation: 'sign-in' });
      expect(items.slice(0, 2)).toMatchObject([
        { input: { address: '192.0.2.1' }, outcome: 'sign-in-failed' },
        { input: { address: '192.0.2.1' }, outcome: 'done' },
      ]);
    });
  });
});

describe('an access token', () => {
  it('is refused when it has ended, and then only', async () => {
    const { accessToken } = await signedIn(admin, 'ada@example.com');

    later(899);
    await expect(who(accessToken)).resolves.toBeDefined();
    later(1);
    await expect(who(accessToken)).rejects.toMatchObject({ code: 'token-expired' });
  });

  it('is refused at once after signing out, here or everywhere', async () => {
    const here = await signedIn(admin, 'ada@example.com');
    const there = await signedIn(admin, 'ada@example.com');

    expect(await performOpen(signOut, admin, { refreshToken: here.refreshToken }, VISITOR)).toEqual({
      ended: true,
    });
    expect(await performOpen(signOut, admin, { refreshToken: here.refreshToken }, VISITOR)).toEqual({
      ended: false,
    });
    await expect(who(here.accessToken)).rejects.toMatchObject({ code: 'token-revoked' });
    await expect(renew(here.refreshToken)).rejects.toMatchObject({ code: 'token-revoked' });

    const ada = { ...admin, ...(await who(there.accessToken)) };
    expect((await perform(signOutAll, ada, {})).ended).toBeGreaterThanOrEqual(1);
    await expect(who(there.accessToken)).rejects.toMatchObject({ code: 'token-revoked' });
  });

  it('is refused at once when the user is locked out, and stays so', async () => {
    const { accessToken, refreshToken } = await signedIn(admin, 'eve@example.com');

    await perform(userDisable, admin, { email: 'eve@example.com' });
    await expect(who(accessToken)).rejects.toMatchObject({ code: 'token-revoked' });
    await perform(userEnable, admin, { email: 'eve@example.com' });

    await expect(who(accessToken)).rejects.toMatchObject({ code: 'token-revoked' });
    await expect(renew(refreshToken)).rejects.toMatchObject({ code: 'token-revoked' });
  });

  it('signed with another key, for another tenant or another user, is not believed', async () => {
    const { accessToken } = await signedIn(admin, 'ada@example.com');
    const other = await system.context('other', { now: () => now });
    await person(other, 'mallory@other.example');
    const [head = '', body = '', signature = ''] = accessToken.split('.');
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
    const { sid, ...claims } = JSON.parse(Buffer.from(body, 'base64url').toString()) as { sid: string };
    const changed = (change: object) =>
      [
        head,
        Buffer.from(JSON.stringify({ ...claims, sid, ...change })).toString('base64url'),
        signature,
      ].join('.');
    const forged = [
      await issueToken(
        { tenant: admin.tenant, user: 1, session: sid },
        { id: kid, secret: Buffer.alloc(32) },
        now,
      ),
      await issueToken(
        { tenant: admin.tenant, user: 1, session: sid },
        { id: randomUUID(), secret: Buffer.alloc(32) },
        now,
      ),
      changed({ tenant: other.tenant }),
      changed({ sub: '2' }),
      changed({ exp: 9_999_999_999 }),
      changed({ tenant: 2 ** 31 }),
      changed({ tenant: "1'; DROP TABLE account" }),
      `${Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid })).toString('base64url')}.${body}.`,
      '',
      'nonsense',
      `Bearer ${accessToken}`,
    ];

    for (const token of forged)
      expect([token, await who(token).catch((error: { code: string }) => error.code)]).toEqual([
        token,
        'unauthenticated',
      ]);
    expect((await who(accessToken)).tenant).toBe(admin.tenant);
  });

  it('outlives a rotation of the signing key until it ends, unless the old key is forgotten', async () => {
    const first = await signedIn(admin, 'ada@example.com');
    await perform(rotateSigningKey, admin, {}, { local: true });
    const second = await renew(first.refreshToken);

    await expect(who(first.accessToken)).resolves.toBeDefined();
    await expect(who(second.accessToken)).resolves.toBeDefined();
    await perform(rotateSigningKey, admin, { forget: true }, { local: true });
    await expect(who(first.accessToken)).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(who(second.accessToken)).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(who((await renew(second.refreshToken)).accessToken)).resolves.toBeDefined();
  });

  it('is signed with one key, however many rotate it at once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => perform(rotateSigningKey, admin, {}, { local: true })));

    const keys = await admin.db.within(admin.tenant, (session) =>
      session.rows('SELECT FROM signing_key WHERE retired_at IS NULL'),
    );
    expect(keys).toHaveLength(1);
  });
});

describe('a refresh token', () => {
  it('brings the next, each good for 7 days', async () => {
    const first = await signedIn(admin, 'ada@example.com');
    later(7 * DAY - 1);
    const second = await renew(first.refreshToken);
    later(7 * DAY - 1);
    const third = await renew(second.refreshToken);
    later(7 * DAY);

    await expect(renew(third.refreshToken)).rejects.toMatchObject({ code: 'token-expired' });
  });

  it('ends with the sign-in, 30 days after the password was given, however often it was renewed', async () => {
    let { refreshToken, refreshExpiresAt } = await signedIn(admin, 'ada@example.com');
    const end = new Date(now.getTime() + 30 * DAY * 1000).toISOString();
    for (let week = 0; week < 4; week += 1) {
      later(7 * DAY - 1);
      ({ refreshToken, refreshExpiresAt } = await renew(refreshToken));
    }

    expect(refreshExpiresAt).toBe(end);
    later(2 * DAY + 4);
    await expect(renew(refreshToken)).rejects.toMatchObject({ code: 'token-expired' });
  });

  it('that comes again at once is refused, which is audited, for a thief may have been first', async () => {
    const first = await signedIn(admin, 'ada@example.com');
    const second = await renew(first.refreshToken);

    await expect(renew(first.refreshToken)).rejects.toMatchObject({
      code: 'token-used',
      message: expect.stringContaining('or sign in again'),
    });

    const { items } = await perform(audit, admin, { operation: 'refresh', limit: 1 });
    expect(items).toMatchObject([{ actor: { name: 'ada@example.com' }, outcome: 'token-used' }]);
    await expect(renew(second.refreshToken)).resolves.toBeDefined();
  });

  it('that comes again ends the sign-in, for thief and owner alike, and is audited', async () => {
    const stolen = await signedIn(admin, 'ada@example.com');
    const owners = await renew(stolen.refreshToken);
    const elsewhere = await signedIn(admin, 'ada@example.com');
    later(60);

    await expect(renew(stolen.refreshToken)).rejects.toMatchObject({ code: 'token-revoked' });

    await expect(renew(owners.refreshToken)).rejects.toMatchObject({ code: 'token-revoked' });
    await expect(who(owners.accessToken)).rejects.toMatchObject({ code: 'token-revoked' });
    await expect(who(elsewhere.accessToken)).resolves.toBeDefined();
    const { items } = await perform(audit, admin, { operation: 'refresh', limit: 1 });
    expect(items).toMatchObject([{ actor: { name: 'ada@example.com' }, outcome: 'refresh-token-reused' }]);
  });

  it('brought many times at one moment gives one child alone, which stays good', async () => {
    const { refreshToken } = await signedIn(admin, 'ada@example.com');

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => renew(refreshToken).catch((error: { code: string }) => error.code)),
    );

    const children = answers.filter((answer) => typeof answer !== 'string');
    expect(children).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'token-used')).toHaveLength(9);
    await expect(renew(children[0]?.refreshToken ?? '')).resolves.toBeDefined();
  });

  it.each(['', 'nonsense', `dmr_${'A'.repeat(48)}`, `dmr_${Buffer.alloc(36, 1).toString('base64url')}`])(
    'is not %j',
    async (token) => {
      await expect(renew(token)).rejects.toMatchObject({
        code: token === '' ? 'input-invalid' : 'unauthenticated',
      });
    },
  );
});

it('what ended long ago is forgotten, and what is good is not', async () => {
  const { refreshToken } = await signedIn(admin, 'ada@example.com');
  const left = () =>
    admin.db.within(admin.tenant, (session) =>
      session.row<{ sessions: number; tokens: number }>(
        `SELECT (SELECT COUNT(*) FROM session WHERE expires_at <= $1) AS sessions,
           (SELECT COUNT(*) FROM refresh_token WHERE expires_at <= $1) AS tokens`,
        [new Date(now.getTime() - 7 * DAY * 1000)],
      ),
    );
  later(6 * DAY);
  const next = await renew(refreshToken);
  later(6 * DAY);

  await forgetEnded(admin);

  // Those that ended are gone; one used token of a good sign-in stays, so that its reuse is seen.
  expect((await left()).sessions).toBe(0);
  await expect(renew(refreshToken)).rejects.toMatchObject({ code: 'token-revoked' });
  await expect(renew(next.refreshToken)).rejects.toMatchObject({ code: 'token-revoked' });
});

describe('a password', () => {
  it('is set with a code once, by whoever has it, within 24 hours', async () => {
    await signedIn(admin, 'bob@example.com');
    const { setup, ended } = await perform(userReset, admin, { email: 'bob@example.com' });
    const broken = ` ${setup.code.slice(0, 20)}\n${setup.code.slice(20)}`;
    const set = (password: string) => performOpen(setPassword, admin, { code: broken, password }, VISITOR);

    expect(ended).toBeGreaterThan(0);
    await expect(signedIn(admin, 'bob@example.com')).rejects.toMatchObject({ code: 'sign-in-failed' });
    await expect(set('password1234')).rejects.toMatchObject({ code: 'password-too-weak' });
    await expect(set('another good pass phrase')).resolves.toMatchObject({ user: { passwordSet: true } });
    await expect(set('yet another pass phrase')).rejects.toMatchObject({ code: 'code-invalid' });
    await expect(signedIn(admin, 'bob@example.com', 'another good pass phrase')).resolves.toBeDefined();

    const late = await perform(userReset, admin, { email: 'bob@example.com' });
    later(DAY);
    await expect(
      performOpen(setPassword, admin, { code: late.setup.code, password: PASSWORD }, VISITOR),
    ).rejects.toMatchObject({ code: 'code-invalid' });
  });

  it('set by two with one code at one moment is set once', async () => {
    const { setup } = await perform(userReset, admin, { email: 'bob@example.com' });

    const answers = await Promise.all(
      ['another good pass phrase', PASSWORD].map((password) =>
        performOpen(setPassword, admin, { code: setup.code, password }, VISITOR).then(
          () => 'set',
          (error: { code: string }) => error.code,
        ),
      ),
    );

    expect(answers.sort()).toEqual(['code-invalid', 'set']);
  });

  it('that is set anew ends all sign-ins, and every earlier code', async () => {
    const { setup } = await perform(userReset, admin, { email: 'bob@example.com' });
    await perform(userSetPassword, admin, { email: 'bob@example.com', password: PASSWORD }, { local: true });
    const { accessToken } = await signedIn(admin, 'bob@example.com');

    await perform(
      userSetPassword,
      admin,
      { email: 'bob@example.com', password: `${PASSWORD}s` },
      { local: true },
    );

    await expect(who(accessToken)).rejects.toMatchObject({ code: 'token-revoked' });
    await expect(
      performOpen(setPassword, admin, { code: setup.code, password: PASSWORD }, VISITOR),
    ).rejects.toMatchObject({ code: 'code-invalid' });
    await expect(
      perform(userSetPassword, admin, { email: 'bob@example.com', password: PASSWORD }),
    ).rejects.toMatchObject({ code: 'local-only' });
  });
});

describe('a brute force', () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  const guess = (email: string, address: string) =>
    performOpen(signIn, admin, { email, password: 'not the password' }, { address }).catch(
      (error: unknown) => error,
    );

  it('at one account is slowed from everywhere, known or not, and a right password too', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    for (const email of ['eve@example.com', 'unknown@example.com']) {
      const answers = await Promise.all(
        Array.from({ length: 14 }, (_, at) => guess(email, `198.51.100.${at}`)),
      );

      expect([email, answers.filter((answer) => answer instanceof TooManyTries).length]).toEqual([email, 4]);
    }
    await expect(signedIn(admin, 'eve@example.com')).rejects.toMatchObject({
      code: 'too-many-tries',
      retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds > 800 && seconds <= 900),
    });
    expect(logged).toContainEqual([
      'somebody tries to sign in too often',
      { address: VISITOR.address, account: accountKey('eve@example.com') },
    ]);
    expect(JSON.stringify(logged)).not.toContain('eve@example.com');

    vi.setSystemTime(Date.now() + 15 * 60 * 1000);
    await expect(signedIn(admin, 'eve@example.com')).resolves.toBeDefined();
  });

  it('from one address is slowed at all accounts, and leaves the tries of these alone', async () => {
    const address = '2001:db8::1';
    for (let at = 0; at < 45; at += 1) await countTry(admin, ADDRESS_RATE, countedAddress(address));
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) => guess(`u${at}@example.com`, `2001:db8::${at}`)),
    );

    expect(answers.filter((answer) => answer instanceof TooManyTries)).toHaveLength(3);
    const asked = [vi.spyOn(admin.db, 'across'), vi.spyOn(admin.db, 'within')];
    for (let at = 0; at < 12; at += 1) await guess('ada@example.com', address);
    expect(asked.map((spy) => spy.mock.calls)).toEqual([[], []]);
    for (const spy of asked) spy.mockRestore();
    await expect(signedIn(admin, 'ada@example.com')).resolves.toBeDefined();
  }, 60_000);

  it('is not what right passwords are, from however many people behind one address', async () => {
    const address = '198.51.100.250';
    const right = () =>
      performOpen(signIn, admin, { email: 'ada@example.com', password: PASSWORD }, { address });
    for (let at = 0; at < 48; at += 1) await countTry(admin, ADDRESS_RATE, countedAddress(address));

    for (let at = 0; at < 4; at += 1) await right();

    const answers = [];
    for (let at = 0; at < 3; at += 1) answers.push(await guess(`v${at}@example.com`, address));
    expect(answers.map((answer) => answer instanceof TooManyTries)).toEqual([false, false, true]);
  }, 60_000);

  it('is forgotten when a password is set', async () => {
    for (let at = 0; at < 11; at += 1) await guess('bob@example.com', '203.0.113.9');
    await perform(userSetPassword, admin, { email: 'bob@example.com', password: PASSWORD }, { local: true });

    await expect(signedIn(admin, 'bob@example.com')).resolves.toBeDefined();
  }, 60_000);
});

it('no secret stands in the audit, the log, or any table as it is', async () => {
  const { accessToken, refreshToken } = await signedIn(admin, 'ada@example.com');
  const { setup } = await perform(userReset, admin, { email: 'bob@example.com' });
  const tables = [
    'account',
    'sign_in_name',
    'setup_code',
    'session',
    'refresh_token',
    'api_key',
    'audit',
    'rate_limit',
  ];

  const kept = await admin.db.within(admin.tenant, async (session) => {
    const rows: object[] = [];
    for (const table of tables) rows.push(...(await session.rows(`SELECT t::text FROM ${table} t`)));
    return rows;
  });

  expect(kept.length).toBeGreaterThan(20);
  const text = JSON.stringify([kept, logged]);
  for (const secret of [
    accessToken,
    refreshToken,
    setup.code,
    PASSWORD,
    'not the password',
    'a secret guess',
  ])
    expect(text).not.toContain(secret);
});

it('every field that holds a secret says so, for the audit and for the API document', () => {
  const secret = /^(?:password|code|refreshToken)$/u;
  for (const { name, input } of [
    signIn,
    refresh,
    signOut,
    setPassword,
    userSetPassword,
  ] as readonly OpenOperation[]) {
    const { properties = {} } = z.toJSONSchema(input, { io: 'input' });
    const marked = Object.entries(properties).map(([field, schema]) => [
      name,
      field,
      (schema as { writeOnly?: boolean }).writeOnly ?? false,
    ]);
    expect(marked).toEqual(Object.keys(properties).map((field) => [name, field, secret.test(field)]));
    expect(
      auditedInput(input, Object.fromEntries(Object.keys(properties).map((field) => [field, 'x']))),
    ).toEqual('email' in properties ? { email: 'x' } : {});
  }
});
