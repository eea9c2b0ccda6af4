import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pressId } from '../../src/bot/press.js';
import { ComeBack, ReplyGone } from '../../src/bot/platform.js';
import { linkCode } from '../../src/core/operations/chat/link-code.js';
import { audit } from '../../src/core/operations/audit.js';
import type { Context, Role } from '../../src/core/operations/operation.js';
import { perform } from '../../src/core/operations/perform.js';
import { userReset } from '../../src/core/operations/passwords.js';
import { userCreate, userDisable, userEnable, userRole } from '../../src/core/operations/users.js';
import { answerTo, requestOf, testChat, type Said, type TestChat } from '../support/chat.js';
import { testSystem, type TestSystem } from '../support/context.js';
import { until } from '../support/until.js';

let system: TestSystem;
let admin: Context;
let chat: TestChat;

beforeAll(async () => {
  system = await testSystem();
  admin = await system.context('mine');
});
afterAll(() => system.close());
beforeEach(() => {
  chat = testChat(admin);
});
afterEach(() => chat.bot.stop(1_000));

let made = 0;
/** A user, by an address of which there is one. */
async function user(role: Role = 'viewer', context = admin): Promise<string> {
  made += 1;
  const email = `user${made}@example.com`;
  await perform(userCreate, context, { email, role, name: `User ${made}` });
  return email;
}
async function code(email: string, binds = false, context = admin): Promise<string> {
  return (await perform(linkCode, context, { email, binds })).code;
}
/** A workspace that is bound, by somebody who is an admin in it. */
async function boundWorkspace(context = admin): Promise<string> {
  made += 1;
  const workspace = `T${made}`;
  const email = await user('admin', context);
  await chat.ask(`link ${await code(email, true, context)}`, { workspace, person: 'ADMIN' });
  return workspace;
}
const stored = (workspace: string) =>
  system.db.within(admin.tenant, (session) =>
    session.rows<{ state: string; words: string | null; reply: object | null }>(
      'SELECT state, words, reply FROM chat_request WHERE tenant_id = $1 AND workspace = $2 ORDER BY id',
      [admin.tenant, workspace],
    ),
  );

describe('a workspace that no tenant has', () => {
  it('is told how an admin binds it, and nothing of it is stored', async () => {
    const card = await chat.card('summary', { workspace: 'UNBOUND' });

    expect(card.title).toBe('Welcome to dmarc-ops');
    expect(JSON.stringify(card.parts)).toContain('dmarc-ops link-code you@example.com --binds');
    expect(await stored('UNBOUND')).toEqual([]);
  });

  it('hears one answer to an event that comes twice', async () => {
    const request = requestOf('summary', { workspace: 'UNBOUND' });

    expect(await chat.bot.inbound.take(request)).toBe('taken');
    expect(await chat.bot.inbound.take(request)).toBe('again');

    await answerTo(chat.platform, request);
    expect(chat.platform.answers).toHaveLength(1);
  });

  it('is bound by a code that binds, once, and what was asked before is carried out', async () => {
    const binding = await code(await user('admin'), true);
    const asked = requestOf('whoami', { workspace: 'NEW' });
    await chat.bot.inbound.take(asked);
    await answerTo(chat.platform, asked);

    const { card } = await chat.ask(`link ${binding}`, { workspace: 'NEW' });

    expect(card.verdict).toContain('This workspace is bound');
    const later = await until('the command of before', () =>
      Promise.resolve(chat.platform.answers.findLast(({ card: { title } }) => title === 'Who am I') ?? null),
    );
    expect(later.reply).toEqual(asked.reply);
    expect(await chat.card(`link ${binding}`, { workspace: 'NEW2' })).toMatchObject({ title: 'Not linked' });
  });

  it('is not bound by a code that only links', async () => {
    const card = await chat.card(`link ${await code(await user())}`, { workspace: 'UNBOUND' });

    expect(card.verdict).toContain('this workspace is not bound yet');
    expect((await chat.card('summary', { workspace: 'UNBOUND' })).title).toBe('Welcome to dmarc-ops');
  });

  it('that is bound to one tenant takes no code of another', async () => {
    const other = await system.context('theirs');
    const workspace = await boundWorkspace();

    const card = await chat.card(`link ${await code(await user('admin', other), true, other)}`, {
      workspace,
      person: 'STRANGER',
    });

    expect(card).toMatchObject({ title: 'Not linked' });
    expect((await chat.card('summary', { workspace, person: 'STRANGER' })).title).toBe('Not linked yet');
  });
});

describe('somebody of a bound workspace', () => {
  it('is linked by the address that the platform vouches for, which stands in the audit', async () => {
    const workspace = await boundWorkspace();
    const email = await user('analyst');

    const card = await chat.card('whoami', { workspace, email: email.toUpperCase() });

    expect(card.verdict).toContain('with the role analyst, by your chat account');
    const { items } = await perform(audit, admin, { operation: 'link' });
    expect(items[0]).toMatchObject({ input: { email, how: 'email', workspace }, outcome: 'done' });
  });

  it.each([null, 'nobody@example.com', 'no address'])('is not linked by the address %j', async (email) => {
    const workspace = await boundWorkspace();

    expect((await chat.card('summary', { workspace, email })).title).toBe('Not linked yet');
  });

  it('is not linked by the address of a user of another tenant, or of one who is locked out', async () => {
    const workspace = await boundWorkspace();
    const theirs = await user('admin', await system.context('theirs'));
    const lockedOut = await user();
    await perform(userDisable, admin, { email: lockedOut });

    for (const email of [theirs, lockedOut])
      expect((await chat.card('summary', { workspace, email })).title).toBe('Not linked yet');
  });

  it('brings a code, and the command that was refused is carried out', async () => {
    const workspace = await boundWorkspace();
    const said = { workspace, person: 'U7' };
    const refused = requestOf('whoami', said);
    await chat.bot.inbound.take(refused);
    expect((await answerTo(chat.platform, refused)).card.title).toBe('Not linked yet');
    await until('the request to wait', async () =>
      (await stored(workspace)).some(({ state }) => state === 'waiting-for-link') ? true : null,
    );

    await chat.ask(`link ${await code(await user())}`, said);

    await until('the refused command', () =>
      Promise.resolve(
        chat.platform.answers.filter(({ reply }) => reply['to'] === refused.reply['to']).length === 2
          ? true
          : null,
      ),
    );
    expect(chat.platform.answers.at(-1)?.card.title).toBe('Who am I');
  });

  it.each([
    ['asks something else', (said: Said) => chat.ask('help', said)],
    [
      'opens the start page',
      async ({ workspace = '', person = '', email = null }: Said) => {
        const place = { platform: 'slack', workspace, channel: 'HOME' } as const;
        const who = { id: person, name: person, email: () => Promise.resolve(email) };
        await Promise.all([
          chat.bot.inbound.home({ place, person: who }),
          chat.bot.inbound.complete({ place, person: who }, 'domain', 'e'),
        ]);
      },
    ],
  ] as const)(
    'is linked by an address when they %s, and the command that was refused is carried out once',
    async (_what, comesBack) => {
      const workspace = await boundWorkspace();
      const said = { workspace, person: 'U7' };
      const refused = requestOf('whoami', said);
      await chat.bot.inbound.take(refused);
      await until('the request to wait', async () =>
        (await stored(workspace)).some(({ state }) => state === 'waiting-for-link') ? true : null,
      );

      await comesBack({ ...said, email: await user() });
      await until('all to be answered', async () =>
        (await stored(workspace)).every(({ state }) => state === 'answered') ? true : null,
      );
      await chat.ask('help', said);

      const titles = chat.platform.answers
        .filter(({ reply }) => reply['to'] === refused.reply['to'])
        .map(({ card }) => card.title);
      expect(titles).toEqual(['Not linked yet', 'Who am I']);
    },
  );

  it.each([
    'channel-add pager kind:webhook url:https://hooks.example.com/tell-nobody',
    'chanel-add pager kind:webhook secret: tell-nobody',
    'channel-add pager kind:webhook url:"https://hooks.example.com/tell-nobody',
  ])('writes what holds a secret again when they are linked, for it waits nowhere: %s', async (text) => {
    const workspace = await boundWorkspace();
    const said = { workspace, person: 'U7' };
    const refused = requestOf(text, said);
    await chat.bot.inbound.take(refused);
    const { card } = await answerTo(chat.platform, refused);
    expect([card.title, card.verdict]).toEqual([
      'Not linked yet',
      'You are not linked to a user of dmarc-ops yet. What you asked may hold a secret and is kept nowhere: write it again when you are.',
    ]);
    await until('the request to end', async () =>
      (await stored(workspace)).every(({ state }) => state === 'answered') ? true : null,
    );
    const [row] = await system.db.within(admin.tenant, (session) =>
      session.rows<{ all: string }>(
        `SELECT string_agg(r::text, ' ') AS all FROM chat_request r WHERE r.tenant_id = $1`,
        [admin.tenant],
      ),
    );
    expect(row?.all).not.toContain('tell-nobody');

    await chat.ask(`link ${await code(await user('admin'))}`, said);
    expect(await chat.card('channels', said)).toMatchObject({
      verdict: expect.stringMatching(/told nowhere/u) as string,
    });
  });

  it('has the role of today at each request, and nothing once they are locked out', async () => {
    const workspace = await boundWorkspace();
    const email = await user('viewer');
    const said = { workspace, email };

    expect((await chat.card('users', said)).title).toBe('Not allowed: users');
    await perform(userRole, admin, { email, role: 'admin' });
    expect((await chat.card('users', said)).title).toBe('Users');
    await perform(userDisable, admin, { email });
    expect((await chat.card('users', said)).title).toBe('Locked out');
  });

  it('who is refused hears the names of those who can grant it', async () => {
    const workspace = await boundWorkspace();

    const card = await chat.card('users', { workspace, email: await user() });

    expect(card.verdict).toMatch(
      /^users needs the role admin; yours is viewer\. User \d+.* can grant it\.$/u,
    );
  });

  it('is nobody any more after a reset, and a code of before is good no more', async () => {
    const workspace = await boundWorkspace();
    const email = await user('analyst');
    await chat.ask(`link ${await code(email)}`, { workspace, person: 'THIEF' });
    const older = await code(email);

    const { linksEnded } = await perform(userReset, admin, { email });

    expect(linksEnded).toBe(1);
    expect((await chat.ask('whoami', { workspace, person: 'THIEF' })).card.title).toBe('Not linked yet');
    expect((await chat.ask(`link ${older}`, { workspace, person: 'THIEF' })).card.title).toBe('Not linked');
  });

  it('is not linked by a code of before it was locked out and let in again', async () => {
    const workspace = await boundWorkspace();
    const email = await user();
    const older = await code(email);

    await perform(userDisable, admin, { email });
    await perform(userEnable, admin, { email });

    expect((await chat.ask(`link ${older}`, { workspace, person: 'U9' })).card.title).toBe('Not linked');
  });

  it('ends the link, and is nobody again', async () => {
    const workspace = await boundWorkspace();
    const said = { workspace, person: 'U8' };
    await chat.ask(`link ${await code(await user())}`, said);

    expect((await chat.card('unlink', said)).title).toBe('Link ended');
    expect((await chat.card('summary', said)).title).toBe('Not linked yet');
  });

  it('finds codes in no table, though they were asked with', async () => {
    const workspace = await boundWorkspace();
    const secret = await code(await user());
    const request = requestOf(`link ${secret}`, { workspace, person: 'U9' });
    const before = chat.platform.answers.length;
    await chat.bot.inbound.take(request);
    const [row] = await system.db.within(admin.tenant, (session) =>
      session.rows<{ all: string }>(
        `SELECT string_agg(r::text, ' ') AS all FROM chat_request r WHERE r.tenant_id = $1`,
        [admin.tenant],
      ),
    );
    await answerTo(chat.platform, request);

    expect(row?.all).not.toContain(secret.slice(10));
    expect(chat.platform.answers.length).toBe(before + 1);
    expect(chat.platform.answers.at(-1)?.card.title).toBe('Linked');
  });

  it('who asks too often is told to wait', async () => {
    const workspace = await boundWorkspace();
    const email = await user();
    const said = { workspace, email, person: 'BUSY' };

    const cards = await Promise.all(Array.from({ length: 61 }, () => chat.card('whoami', said)));

    expect(cards.filter(({ title }) => title === 'Too many questions')).toHaveLength(1);
  });
});

describe('a code that is written where it is refused', () => {
  const VOID = 'is void now, for others may have seen it';
  /** Whether somebody at home could still link themselves with it. */
  const isGood = async (secret: string) =>
    (await chat.card(`link ${secret}`, { workspace: await boundWorkspace(), person: 'FINDER' })).title ===
    'Linked';

  it.each(['THEIRS', 'UNBOUND'])('in a workspace that is not of its tenant (%s) is void', async (where) => {
    const theirs = await system.context('theirs');
    const workspace = where === 'THEIRS' ? await boundWorkspace(theirs) : `UNBOUND${(made += 1)}`;
    const secret = await code(await user());
    const other = await code(await user());

    const card = await chat.card(`link ${secret}`, { workspace, person: 'LOST' });

    expect(card.title).toBe('Not linked');
    expect(card.verdict).toContain(VOID);
    expect(await isGood(secret)).toBe(false);
    expect(await isGood(other)).toBe(true);
    const { items } = await perform(audit, admin, { operation: 'link' });
    expect(items.filter(({ outcome }) => outcome === 'link-code-shown')[0]).toMatchObject({
      actor: { id: 'slack:LOST', name: 'Name of LOST' },
      input: { platform: 'slack', workspace, person: 'LOST' },
    });
  });

  it.each([
    (secret: string) => `lnik ${secret}`,
    (secret: string) => `link ${secret} please`,
    (secret: string) => `link "${secret}`,
    (secret: string) => `${secret.slice(0, 20)} ${secret.slice(20)}`,
  ])('in a line that says something else is void: %s', async (line) => {
    const workspace = await boundWorkspace();
    for (const person of ['U5', 'ADMIN']) {
      const secret = await code(await user());

      const card = await chat.card(line(secret), { workspace, person });

      expect(card.verdict).toContain(VOID);
      expect(await isGood(secret)).toBe(false);
    }
  });

  it('by somebody who is locked out, or asks too often, is void', async () => {
    const workspace = await boundWorkspace();
    const [email, busy] = [await user(), await user()];
    await chat.ask('whoami', { workspace, email, person: 'OUT' });
    await perform(userDisable, admin, { email });
    await Promise.all(
      Array.from({ length: 60 }, () => chat.card('whoami', { workspace, email: busy, person: 'BUSY' })),
    );

    for (const person of ['OUT', 'BUSY']) {
      const secret = await code(await user());
      expect((await chat.card(`link ${secret}`, { workspace, person })).verdict).toContain(VOID);
      expect(await isGood(secret)).toBe(false);
    }
  });
});

describe('a request', () => {
  it('that comes twice is answered once, and forgotten when it is', async () => {
    const workspace = await boundWorkspace();
    const request = requestOf('whoami', { workspace, person: 'ADMIN' });

    const taken = await Promise.all([1, 2, 3].map(() => chat.bot.inbound.take(request)));

    expect(taken.toSorted()).toEqual(['again', 'again', 'taken']);
    await answerTo(chat.platform, request);
    const rows = await until('the end of it', async () => {
      const all = await stored(workspace);
      return all.every(({ state }) => state !== 'received') ? all : null;
    });
    expect(rows.at(-1)).toEqual({ state: 'answered', words: null, reply: null });
    expect(chat.platform.answers.filter(({ reply }) => reply['to'] === request.reply['to'])).toHaveLength(1);
  });

  it('whose answer fails is answered later; one whose place is gone is given up', async () => {
    const workspace = await boundWorkspace();
    const said = { workspace, person: 'ADMIN' };
    chat.platform.fail(new Error('502'), new Error('503'));

    expect((await chat.ask('whoami', said)).card.title).toBe('Who am I');
    chat.platform.fail(new ReplyGone('the channel is gone'));
    await chat.bot.inbound.take(requestOf('whoami', said));

    await until('to be given up', async () =>
      (await stored(workspace)).at(-1)?.state === 'given-up' ? true : null,
    );
  });

  it('whose platform names a time is not tried before', async () => {
    const workspace = await boundWorkspace();
    chat.platform.fail(new ComeBack(1_500));
    const begun = performance.now();

    await chat.ask('whoami', { workspace, person: 'ADMIN' });

    expect(performance.now() - begun).toBeGreaterThanOrEqual(1_490);
  });

  it('of a button that is too long for its platform is looked up again', async () => {
    const workspace = await boundWorkspace();
    const said = { workspace, person: 'ADMIN' };
    const line = `help ${'x'.repeat(90)}`;
    await chat.bot.inbound.keep({ platform: 'slack', workspace, channel: 'C1' }, [line, line]);

    expect((await chat.card(`~${pressId(line)}`, said)).verdict).toContain('There is no command “xxx');
    expect((await chat.card(`~${pressId('help other')}`, said)).title).toBe('Too old');
    // What was written beside the button stands behind the kept line.
    const written = await chat.card(`~${pressId(line)} note:"two words"`, said);
    expect(written.verdict).toContain('help has no option note');
  });

  it('to share is shown to the channel with a name; what is refused, or changes things, is not', async () => {
    const workspace = await boundWorkspace();
    const said = { workspace, person: 'ADMIN' };

    const own = await chat.ask('whoami', said);
    const shared = await chat.ask('share whoami', said);
    const pressed = await chat.ask('whoami', { ...said, audience: 'channel' });
    const secret = await chat.ask(`link-code ${await user()}`, { ...said, audience: 'channel' });
    const users = await chat.ask('users', { ...said, audience: 'channel' });

    expect(own).toMatchObject({
      audience: 'asker',
      askedBy: null,
      share: { command: 'whoami', audience: 'channel' },
    });
    expect(shared).toMatchObject({ audience: 'channel', askedBy: 'Name of ADMIN', share: null });
    expect(pressed).toMatchObject({ audience: 'channel', askedBy: 'Name of ADMIN' });
    expect([secret, users]).toMatchObject([
      { audience: 'asker', askedBy: null, share: null },
      { audience: 'asker', askedBy: null, share: null },
    ]);
  });

  it('that releases its own workspace is answered all the same, and then nobody is', async () => {
    const workspace = await boundWorkspace();
    const said = { workspace, person: 'ADMIN' };

    expect((await chat.card(`workspace-release slack ${workspace}`, said)).title).toBe(
      `Release ${workspace}`,
    );
    expect((await chat.card('summary', said)).title).toBe('Welcome to dmarc-ops');
  });
});

describe('settings of a channel', () => {
  it('hold for its questions alone, and are written in its times', async () => {
    const workspace = await boundWorkspace();
    const said = { workspace, person: 'ADMIN', channel: 'C5' };

    const set = await chat.card('settings set zone:europe/berlin dates:day-first', said);
    const here = await chat.card('workspaces', said);
    const elsewhere = await chat.card('workspaces', { ...said, channel: 'C6' });

    expect(set).toMatchObject({
      title: 'Settings of this channel are changed',
      form: { command: 'settings-set' },
    });
    expect(JSON.stringify(here)).toContain('15/03/2026 13:00 +01:00');
    expect(JSON.stringify(elsewhere)).toContain('2026-03-15 12:00 UTC');
  });

  it.each([
    ['settings set zone:Europe/Berln', 'did you mean Europe/Berlin'],
    ['settings set zone:+02:00', 'must be a zone'],
    ['settings set dates:american', 'dates is one of iso, day-first, month-first.'],
    ['settings set', 'Say what to set'],
    ['settings set domain:example.net', 'No report about example.net has come in'],
  ])('%s is told what is wrong with it', async (line, sentence) => {
    const workspace = await boundWorkspace();

    expect((await chat.card(line, { workspace, person: 'ADMIN' })).verdict).toContain(sentence);
  });

  it('are seen by viewers, who may not change them and get no form', async () => {
    const workspace = await boundWorkspace();
    const said = { workspace, email: await user('viewer') };

    expect(await chat.card('settings', said)).toMatchObject({ form: null });
    expect((await chat.card('settings set zone:UTC', said)).title).toBe('Not allowed: settings-set');
  });
});

describe('start pages and completion', () => {
  const asker = (workspace: string, person: string) => {
    const { place, person: who } = requestOf('', { workspace, person });
    return { place, person: who };
  };

  it('tell strangers how to begin, and complete nothing for them', async () => {
    const workspace = await boundWorkspace();

    expect((await chat.bot.inbound.home(asker('UNBOUND', 'U1'))).title).toBe('Welcome to dmarc-ops');
    expect((await chat.bot.inbound.home(asker(workspace, 'U1'))).title).toBe('Not linked yet');
    expect((await chat.bot.inbound.home(asker(workspace, 'ADMIN'))).title).toBe('Domains');
    expect(await chat.bot.inbound.complete(asker(workspace, 'U1'), 'domain', '')).toEqual([]);
    expect(await chat.bot.inbound.complete(asker('UNBOUND', 'U1'), 'report', '')).toEqual([]);
    expect(await chat.bot.inbound.complete(asker('UNBOUND', 'U1'), 'command', 'summ')).toEqual(['summary']);
  });

  it('welcome a place with its three steps', async () => {
    const workspace = await boundWorkspace();
    const welcome = (id: string) =>
      chat.bot.inbound.welcome({ platform: 'slack', workspace: id, channel: 'C1' });

    expect((await welcome('UNBOUND')).tone).toBe('warning');
    expect((await welcome(workspace)).buttons.map(({ command }) => command)).toContain('summary');
  });
});

describe('a request that another process left', () => {
  /** As it stands in the table when its process died right after it was taken. */
  const left = async (
    workspace: string,
    words: string,
    { files = 0, agoMs = 60_000, attempts = 1 } = {},
  ): Promise<string> => {
    made += 1;
    const to = `left ${made}`;
    await system.db.within(admin.tenant, (session) =>
      session.run(
        `INSERT INTO chat_request (tenant_id, platform, workspace, channel, person, person_name, event_id, words, audience,
           files, reply, state, received_at, leased_until, attempts)
         VALUES ($1, 'slack', $2, 'C1', 'ADMIN', 'x', $3, $4, 'asker', $5, $6, 'received', $7, $7, $8)`,
        [
          admin.tenant,
          workspace,
          to,
          words,
          files,
          JSON.stringify({ to }),
          new Date(admin.now().getTime() - agoMs),
          attempts,
        ],
      ),
    );
    return to;
  };

  it.each([
    ['whoami', 0, 'Who am I', 'You are'],
    ['upload', 2, 'Interrupted: upload', 'Send them again'],
    ['link dml_[hidden]', 0, 'Interrupted', 'Write it again'],
  ])('%s with %d files is answered as far as it can be', async (words, files, title, sentence) => {
    const workspace = await boundWorkspace();
    const to = await left(workspace, words, { files });

    chat.bot.start();

    const answered = await until('an answer', () =>
      Promise.resolve(chat.platform.answers.find(({ reply }) => reply['to'] === to) ?? null),
    );
    expect(answered.card.title).toBe(title);
    expect(answered.card.verdict).toContain(sentence);
  });

  const answerOf = (to: string) =>
    until('an answer', () =>
      Promise.resolve(chat.platform.answers.find(({ reply }) => reply['to'] === to) ?? null),
    );

  it('that would change something is not begun when it is old: whoever asked has asked again, or given up', async () => {
    const workspace = await boundWorkspace();
    const [old, young] = [
      await left(workspace, 'key-create old', { agoMs: 3 * 60_000 }),
      await left(workspace, 'key-create young', { agoMs: 60_000 }),
    ];

    chat.bot.start();

    expect((await answerOf(old)).card.verdict).toContain('was not done. Ask again');
    expect((await answerOf(young)).card.tone).toBe('good');
    const rows = await system.db.within(admin.tenant, (session) =>
      session.rows('SELECT name FROM api_key WHERE tenant_id = $1', [admin.tenant]),
    );
    expect(rows).toEqual([{ name: 'young' }]);
  });

  it('that never came to an end is not begun for ever', async () => {
    const workspace = await boundWorkspace();
    const [third, fourth] = [
      await left(workspace, 'whoami', { attempts: 2 }),
      await left(workspace, 'whoami', { attempts: 3 }),
    ];

    chat.bot.start();

    expect((await answerOf(third)).card.title).toBe('Who am I');
    expect((await answerOf(fourth)).card.verdict).toContain('is not begun again');
  });

  it('is answered by one of many processes that look at once', async () => {
    const workspace = await boundWorkspace();
    const to = await left(workspace, 'whoami');
    const others = Array.from({ length: 4 }, () => testChat(admin));

    for (const { bot } of others) bot.start();

    const answers = () =>
      others.flatMap(({ platform }) => platform.answers.filter(({ reply }) => reply['to'] === to));
    await until('its end', async () =>
      (await stored(workspace)).at(-1)?.state === 'answered' ? true : null,
    );
    await Promise.all(others.map(({ bot }) => bot.stop(5_000)));
    expect(answers()).toHaveLength(1);
  });
});
