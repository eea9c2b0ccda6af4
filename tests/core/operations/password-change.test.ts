import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { audit } from '../../../src/core/operations/audit.js';
import { authenticate } from '../../../src/core/operations/authenticate.js';
import { keyCreate } from '../../../src/core/operations/keys.js';
import { TooManyTries } from '../../../src/core/operations/limit.js';
import { performOpen } from '../../../src/core/operations/open.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { passwordChange } from '../../../src/core/operations/password-change.js';
import { perform } from '../../../src/core/operations/perform.js';
import { refresh } from '../../../src/core/operations/refresh.js';
import type { SignedIn } from '../../../src/core/operations/sign-in.js';
import { userReset } from '../../../src/core/operations/passwords.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { PASSWORD, person, signedIn, VISITOR } from '../../support/people.js';

const OTHER = 'another horse battery staple';

let system: TestSystem;
let admin: Context;
let people = 0;
let email: string;
let here: SignedIn;
let me: Context;

beforeAll(async () => {
  system = await testSystem();
  admin = await system.context();
});
afterAll(() => system.close());
beforeEach(async () => {
  people += 1;
  email = `p${people}@example.com`;
  await person(admin, email);
  here = await signedIn(admin, email);
  me = { ...admin, ...(await authenticate(admin, here.accessToken)) };
});

const change = (oldPassword: string, newPassword: string, context = me) =>
  perform(passwordChange, context, { oldPassword, newPassword });
const renewed = ({ refreshToken }: SignedIn) => performOpen(refresh, admin, { refreshToken }, VISITOR);

it('lets people sign in with the new password alone, and ends their other sign-ins, not this one', async () => {
  const elsewhere = await signedIn(admin, email);
  const { key } = await perform(keyCreate, me, { name: `key of ${email}` });

  expect(await change(PASSWORD, OTHER)).toEqual({ ended: 1 });

  await expect(authenticate(admin, elsewhere.accessToken)).rejects.toMatchObject({ code: 'token-revoked' });
  await expect(renewed(elsewhere)).rejects.toMatchObject({ code: 'token-revoked' });
  await expect(authenticate(admin, here.accessToken)).resolves.toBeDefined();
  await expect(renewed(here)).resolves.toBeDefined();
  await expect(authenticate(admin, key)).resolves.toBeDefined();
  await expect(signedIn(admin, email, PASSWORD)).rejects.toMatchObject({ code: 'sign-in-failed' });
  await expect(signedIn(admin, email, OTHER)).resolves.toBeDefined();
});

it('is audited, done or refused, without either password', async () => {
  await expect(change('not the password', OTHER)).rejects.toMatchObject({ code: 'password-wrong' });
  await change(PASSWORD, OTHER);

  const { items } = await perform(audit, admin, { operation: 'password-change', limit: 2 });

  expect(items).toMatchObject([
    { actor: { name: email }, outcome: 'done', input: { ended: 0 } },
    { actor: { name: email }, outcome: 'password-wrong', input: {} },
  ]);
  expect(JSON.stringify(items)).not.toMatch(/horse|not the password/u);
});

it('is guessed no faster than at sign-in, and counted together with it', async () => {
  const guesses: unknown[] = [];
  for (let at = 0; at < 5; at += 1)
    guesses.push(await change('not the password', OTHER).catch((error: unknown) => error));
  for (let at = 0; at < 5; at += 1)
    guesses.push(await signedIn(admin, email, 'not it').catch((error: unknown) => error));

  expect(guesses.filter((error) => error instanceof TooManyTries)).toEqual([]);
  await expect(change(PASSWORD, OTHER)).rejects.toBeInstanceOf(TooManyTries);
  await perform(userReset, admin, { email });
}, 60_000);

it('forgets wrong tries when it was changed, and counts none for a new password that is refused', async () => {
  for (let at = 0; at < 12; at += 1)
    await expect(change(PASSWORD, 'short')).rejects.toMatchObject({ code: 'password-too-short' });
  for (let at = 0; at < 9; at += 1)
    await expect(change('not the password', OTHER)).rejects.toMatchObject({ code: 'password-wrong' });

  await change(PASSWORD, OTHER);

  await expect(change(PASSWORD, 'a third horse battery staple')).rejects.toMatchObject({
    code: 'password-wrong',
  });
}, 60_000);

it('takes no password that is the old one, or is made of their own name', async () => {
  await expect(change(PASSWORD, PASSWORD)).rejects.toMatchObject({ code: 'password-same' });
  await expect(change(PASSWORD, `${email}-${email}`)).rejects.toMatchObject({ code: 'password-too-weak' });
  await expect(signedIn(admin, email)).resolves.toBeDefined();
});

it('is for people: no key changes one, and the local operator has none', async () => {
  const { key } = await perform(keyCreate, me, { name: `a key of ${email}` });
  const asKey = { ...admin, ...(await authenticate(admin, key)) };

  await expect(change(PASSWORD, OTHER, asKey)).rejects.toMatchObject({ code: 'people-only' });
  await expect(change(PASSWORD, OTHER, admin)).rejects.toMatchObject({ code: 'no-user' });
});

it('changed by two at one moment is changed by one of them', async () => {
  const ended = await Promise.allSettled([
    change(PASSWORD, OTHER),
    change(PASSWORD, 'a third horse battery staple'),
  ]);

  expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});
