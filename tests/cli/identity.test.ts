import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.js';
import { testSystem, type TestSystem } from '../support/context.js';
import { PASSWORD, signedIn } from '../support/people.js';

let system: TestSystem;
const dmarcOps = (words: readonly string[], input = '') =>
  commandLine(words, { input, environment: { DATABASE_URL: system.url } });

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());

it('the first admin is made on the command line, with a password that no argument holds', async () => {
  const made = await dmarcOps(['user', 'create', '--email', 'ada@example.com', '--role', 'admin']);
  const set = await dmarcOps(['user', 'set-password', 'ada@example.com'], `${PASSWORD}\n`);

  expect(made).toMatchObject({ code: 0 });
  expect(made.output).toMatch(/^ {2}dms_[\w-]{48}$/mu);
  expect(set).toMatchObject({ code: 0, output: 'The password of ada@example.com is set.\n' });
  const context = await system.context('default');
  expect((await signedIn({ ...context, now: () => new Date() }, 'ada@example.com')).user.role).toBe('admin');
});

it('keys are made and listed, and the audit tells of it all without secrets', async () => {
  const made = await dmarcOps(['key', 'create', 'uploads', '--role', 'analyst', '--json']);
  const listed = await dmarcOps(['key', 'list']);
  const audit = await dmarcOps(['audit', '--json']);

  const { key } = JSON.parse(made.output) as { key: string };
  expect(key).toMatch(/^dmo_/u);
  expect(listed.output).toContain('uploads');
  const { items } = JSON.parse(audit.output) as { items: { operation: string }[] };
  expect(items.map((item) => item.operation)).toEqual([
    'key-create',
    'sign-in',
    'user-set-password',
    'user-create',
  ]);
  for (const secret of [key, PASSWORD, 'dms_']) expect(listed.output + audit.output).not.toContain(secret);
});

it.each([
  [['user', 'set-password'], '', 2, 'dmarc-ops: user set-password needs the address of a user.\n'],
  [
    ['user', 'set-password', 'ada@example.com', 'hunter2'],
    '',
    2,
    /takes an address alone; it asks for the password/u,
  ],
  [
    ['user', 'set-password', 'ada@example.com'],
    '',
    2,
    'dmarc-ops: No password was given; nothing was changed.\n',
  ],
  [
    ['user', 'set-password', 'ada@example.com'],
    'short\n',
    1,
    /^dmarc-ops: The password is too short: .*\n$/u,
  ],
  [
    ['user', 'set-password', 'nobody@example.com'],
    `${PASSWORD}\n`,
    1,
    /^dmarc-ops: There is no user nobody@.*\n$/u,
  ],
  [['user', 'create', 'ada'], '', 2, /^dmarc-ops: email: must be an address such as ada@example.com\..*\n$/u],
] as const)('%j is answered with one sentence', async (words, input, code, sentence) => {
  const ended = await dmarcOps(words, input);

  expect(ended).toMatchObject({ code, output: '' });
  expect(ended.errors).toMatch(sentence);
});
