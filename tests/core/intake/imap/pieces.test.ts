import { describe, expect, it } from 'vitest';
import { readMemory, writeMemory } from '../../../../src/core/intake/imap/memory.js';
import { imapMailbox } from '../../../../src/core/intake/imap/mailbox.js';
import {
  DEFAULT_FOLDERS,
  DEFAULT_PACE,
  placeOf,
  type MailboxSettings,
} from '../../../../src/core/intake/imap/settings.js';
import { mayHoldReport } from '../../../../src/core/intake/imap/structure.js';
import { troubleOf } from '../../../../src/core/intake/imap/trouble.js';
import { createBell, waitAfter } from '../../../../src/core/intake/imap/waiting.js';

const SETTINGS: MailboxSettings = {
  name: 'reports',
  host: 'mail.example.com',
  security: 'tls',
  user: 'dmarc@example.com',
  secret: { kind: 'password', from: 'the test', read: () => Promise.resolve('hunter2 hunter2') },
  ...DEFAULT_FOLDERS,
  pace: DEFAULT_PACE,
};
const WHERE = {
  host: 'mail.example.com',
  port: 993,
  user: 'dmarc@example.com',
  kind: 'password',
  secret: 'hunter2 hunter2',
} as const;

describe('the settings of a mailbox', () => {
  it('are told to people without the password', () => {
    expect(placeOf(SETTINGS)).toBe('dmarc@example.com at mail.example.com:993, folder INBOX');
  });

  it.each(['localhost', '127.0.0.1', '127.1.2.3', '::1'])('allow no protection for %s', (host) => {
    expect(imapMailbox({ ...SETTINGS, host, security: 'none' }).kind).toBe('imap');
  });

  it.each(['mail.example.com', '10.0.0.1', 'localhost.example.com', '127.0.0.1.example.com'])(
    'refuse to send a password unprotected to %s',
    (host) => {
      expect(() => imapMailbox({ ...SETTINGS, host, security: 'none' })).toThrow(/set security to tls/);
    },
  );

  it('refuse a folder for done mail that is looked in as well', () => {
    expect(() => imapMailbox({ ...SETTINGS, done: 'INBOX' })).toThrow(/different names/);
  });
});

describe('waits between tries', () => {
  const waits = (again: 'soon' | 'later', chance: number): number[] =>
    [1, 2, 3, 10, 1_000].map((failures) => waitAfter(failures, again, DEFAULT_PACE, chance));

  it('double up to five minutes, less some part by chance', () => {
    expect(waits('soon', 1)).toEqual([1_000, 2_000, 4_000, 300_000, 300_000]);
    expect(waits('soon', 0)).toEqual([500, 1_000, 2_000, 150_000, 150_000]);
  });

  it('begin with minutes where an account could be locked', () => {
    expect(waits('later', 1)).toEqual([15, 30, 60, 240, 240].map((minutes) => minutes * 60_000));
  });
});

describe('a bell', () => {
  const forever = new AbortController().signal;

  it('keeps what rang before anybody waited', async () => {
    const bell = createBell();
    bell.ring();

    expect(await bell.wait(60_000, forever)).toBe('bell');
  });

  it('answers who asked when a look that began afterwards has ended', async () => {
    const bell = createBell();
    const told: string[] = [];
    void bell.ask().then(() => told.push('first'));
    bell.look();
    void bell.ask().then(() => told.push('second'));

    bell.answer();
    await Promise.resolve();

    expect(told).toEqual(['first']);
    expect(await bell.wait(60_000, forever)).toBe('bell');
  });

  it('is not silenced by a connection of an earlier wait', async () => {
    const bell = createBell();
    let close = (): void => {};
    const closed = new Promise<void>((resolve) => {
      close = resolve;
    });
    bell.ring();
    await bell.wait(60_000, forever, closed);
    bell.look();

    const waiting = bell.wait(60_000, forever);
    close();
    await closed;
    bell.ring();

    expect(await waiting).toBe('bell');
  });

  it('ends for who stops', async () => {
    expect(await createBell().wait(60_000, AbortSignal.abort())).toBe('stop');
  });
});

describe('the memory of a mailbox', () => {
  const memory = {
    uidValidity: '7',
    held: new Map([
      [3, 'done'],
      [5, 'failed'],
    ] as const),
    attempts: new Map([[9, 2]]),
  };

  it('comes back as it was', () => {
    expect(readMemory(JSON.parse(JSON.stringify(writeMemory(memory))), '7')).toEqual(memory);
  });

  it.each([
    ['of UIDs that mean something else now', writeMemory({ ...memory, uidValidity: '6' })],
    ['that is none', null],
    ['of another shape', { uidValidity: '7', done: 'all', failed: [0, -1, 'x'], attempts: [[1, 2]] }],
  ])('is empty when there is one %s', (_, stored) => {
    expect(readMemory(stored, '7')).toEqual({ uidValidity: '7', held: new Map(), attempts: new Map() });
  });
});

describe('the structure of a mail', () => {
  const mixed = (...types: string[]) => ({
    type: 'multipart/mixed',
    childNodes: types.map((type) => ({ type })),
  });

  it.each([
    mixed('text/html', 'application/gzip'),
    mixed('image/png', 'text/plain'),
    mixed('message/rfc822'),
    { type: 'text/xml' },
    { type: 'multipart/mixed', childNodes: [] },
  ])('may hold a report: %j', (structure) => {
    expect(mayHoldReport(structure)).toBe(true);
  });

  it.each([mixed('text/html', 'image/png'), { type: 'TEXT/HTML' }])('holds none: %j', (structure) => {
    expect(mayHoldReport(structure)).toBe(false);
  });
});

describe('trouble', () => {
  const from = (facts: object): unknown => troubleOf(Object.assign(new Error('raw words'), facts), WHERE);

  it.each([
    ['sign-in-refused', { authenticationFailed: true, serverResponseCode: 'AUTHENTICATIONFAILED' }, 'later'],
    ['sign-in-unavailable', { authenticationFailed: true, serverResponseCode: 'UNAVAILABLE' }, 'soon'],
    ['starttls-missing', { tlsFailed: true }, 'later'],
    ['no-answer', { code: 'GREETING_TIMEOUT' }, 'soon'],
    ['server-answer-broken', { code: 'ParserError17' }, 'soon'],
    ['tls-failed', { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'later'],
    ['mailbox-full', { responseStatus: 'NO', serverResponseCode: 'OVERQUOTA' }, 'soon'],
    ['folder-refused', { responseStatus: 'NO', serverResponseCode: 'NOPERM' }, 'later'],
    ['server-refused', { responseStatus: 'BAD' }, 'soon'],
  ])('%s is said in our words', (code, facts, again) => {
    expect(from(facts)).toMatchObject({ code, again, message: expect.not.stringContaining('raw words') });
  });

  it('repeats the words of the server in one short line, without the password', () => {
    const said = `[AUTH] Application-specific\r\npassword required, not hunter2 hunter2 ${'x'.repeat(500)}`;

    const trouble = from({ authenticationFailed: true, responseText: said });

    expect(trouble).toMatchObject({
      message: expect.stringMatching(/Application-specific password required/),
    });
    expect(trouble).toMatchObject({ message: expect.not.stringMatching(/hunter2|[\r\n]/) });
    expect((trouble as Error).message.length).toBeLessThan(400);
  });

  it('that is not of the mailbox stays what it is', () => {
    const error = new TypeError('a mistake of ours');

    expect(troubleOf(error, WHERE)).toBe(error);
  });
});
