import { randomUUID } from 'node:crypto';
import { once as event } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { imapMailbox } from '../../../../src/core/intake/imap/mailbox.js';
import {
  DEFAULT_FOLDERS,
  DEFAULT_PACE,
  type MailboxSettings,
} from '../../../../src/core/intake/imap/settings.js';
import type { Context } from '../../../../src/core/operations/operation.js';
import { testSystem, type TestSystem } from '../../../support/context.js';
import {
  dovecotMissing,
  leftOut,
  startDovecot,
  until,
  type Dovecot,
  type DovecotOptions,
} from '../../../support/dovecot.js';
import { startCuttingProxy, type Passing, type Verdict } from './cutting-proxy.js';
import { testHost, type TestHost } from './host.js';
import { expected, otherMails, pictureMail, reportMails, stored } from './mails.js';

const DONE = DEFAULT_FOLDERS.done;
const FAILED = DEFAULT_FOLDERS.failed;
const QUICK = { ...DEFAULT_PACE, retry: 20, longestRetry: 200, refused: 60_000, secretCheck: 50 };

let system: TestSystem;
let context: Context;
const cleanUp: (() => Promise<void>)[] = [];

async function serve(options: DovecotOptions = {}): Promise<Dovecot> {
  const server = await startDovecot(options);
  cleanUp.push(() => server.close());
  return server;
}

function settingsFor(server: Dovecot, given: Partial<MailboxSettings> = {}): MailboxSettings {
  return {
    name: 'reports',
    host: server.host,
    port: server.tlsPort,
    security: 'tls',
    user: server.user,
    secret: { kind: 'password', from: 'the test', read: () => Promise.resolve(server.password) },
    ca: server.ca,
    ...DEFAULT_FOLDERS,
    pace: QUICK,
    ...given,
  };
}

/** Looks once; gives what kept it from looking. */
async function once(settings: MailboxSettings, host: TestHost): Promise<unknown> {
  return imapMailbox(settings)
    .once(host, new AbortController().signal)
    .then(
      () => null,
      (error: unknown) => error,
    );
}

/** Runs until the test is over. */
function running(settings: MailboxSettings, host: TestHost): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const ended = imapMailbox(settings).run(host, stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended;
  };
  cleanUp.push(stop);
  return { stop };
}

async function through(
  server: Dovecot,
  judge: (passing: Passing) => Verdict,
): Promise<{ settings: MailboxSettings; connections: () => number }> {
  const proxy = await startCuttingProxy(server.plainPort, judge);
  cleanUp.push(() => proxy.close());
  return {
    settings: settingsFor(server, { port: proxy.port, security: 'none' }),
    connections: () => proxy.connections(),
  };
}

describe.skipIf(dovecotMissing !== null)(`a mailbox over IMAP${leftOut}`, () => {
  beforeAll(async () => {
    system = await testSystem();
  });
  afterAll(() => system.close());
  afterEach(async () => {
    for (const end of cleanUp.splice(0).toReversed()) await end();
  });

  const fresh = async (limits = {}): Promise<TestHost> => {
    context = await system.context(randomUUID());
    return testHost(context, limits);
  };

  describe('that is read', () => {
    it('brings 500 mails with reports in every container, exactly, and is empty then', async () => {
      const server = await serve();
      const host = await fresh();
      const { mails, truth } = reportMails(15);
      server.deliver(mails);

      expect(await once(settingsFor(server), host)).toBeNull();

      expect(mails.length).toBeGreaterThanOrEqual(500);
      expect(await stored(context)).toEqual(expected(truth));
      expect(server.mails()).toEqual([]);
      expect(server.mails(DONE)).toHaveLength(mails.length);
      expect(host.setAsides).toEqual([]);
      expect(host.state).toMatchObject({ waiting: 0, trouble: null, lastContact: expect.any(Date) });
      expect(Math.max(...host.takes)).toBeLessThanOrEqual(50);
    });

    it('gives mail without reports to the folder for failed mail, with reasons, in bounded steps', async () => {
      const server = await serve();
      const host = await fresh();
      const { mails, truth } = reportMails(1);
      const others = otherMails(300);
      server.deliver([...others.slice(0, 200), ...mails, ...others.slice(200)]);

      await once(settingsFor(server), host);

      expect(await stored(context)).toEqual(expected(truth));
      expect(server.mails()).toEqual([]);
      expect(server.mails(FAILED)).toHaveLength(300);
      expect(server.mails(DONE)).toHaveLength(mails.length);
      expect(host.setAsides).toHaveLength(300);
      expect(Math.max(...host.takes)).toBeLessThanOrEqual(50);
    });

    it('leaves every mail where it is when the store cannot keep it, and brings it later', async () => {
      const server = await serve();
      const host = await fresh();
      const { mails, truth } = reportMails(1);
      server.deliver(mails);
      const gone = new Error('the database is gone');
      host.beforeTake = () => {
        throw gone;
      };

      const error = await once(settingsFor(server), host);
      const left = server.mails().length;
      host.beforeTake = () => {};
      await once(settingsFor(server), host);

      expect(error).toBe(gone);
      expect(left).toBe(mails.length);
      expect(await stored(context)).toEqual(expected(truth));
      expect(server.mails(DONE)).toHaveLength(mails.length);
    });

    it('lets mail go that nobody has read yet, for it is kept', async () => {
      const server = await serve();
      const host = await fresh();
      host.reads = false;
      server.deliver(reportMails(1).mails);

      await once(settingsFor(server), host);

      expect(server.mails()).toEqual([]);
      expect(server.mails(FAILED)).toEqual([]);
    });

    it('never fetches a mail over the size limit, and says so', async () => {
      const server = await serve();
      const host = await fresh({ mailBytes: 300_000 });
      server.deliver([
        Buffer.concat([Buffer.from('Message-ID: <big@x>\r\n\r\n'), Buffer.alloc(400_000, 97)]),
      ]);

      await once(settingsFor(server), host);

      expect(host.takes).toEqual([]);
      expect(server.mails(FAILED)).toHaveLength(1);
      expect(host.setAsides).toEqual([
        {
          name: '<big@x>',
          why: { code: 'limit-mail-bytes', message: expect.stringContaining('raise the limit') },
        },
      ]);
    });

    it('does not fetch a large mail that holds pictures alone', async () => {
      const server = await serve();
      const host = await fresh();
      server.deliver([pictureMail(3_000_000)]);

      await once(settingsFor(server), host);

      expect(host.takes).toEqual([]);
      expect(host.setAsides[0]?.why).toMatchObject({ code: 'mail-without-report' });
    });

    it.each([
      ['copies, flags and expunges', 'IMAP4rev1 IDLE UIDPLUS', 0],
      ['marks by a keyword alone', 'IMAP4rev1 IDLE', 40],
    ])('%s where the server has no MOVE', async (_, capability, left) => {
      const server = await serve({ capability });
      const host = await fresh();
      const { mails, truth } = reportMails(1);
      server.deliver([...mails, ...otherMails(5)]);

      await once(settingsFor(server), host);
      const takes = host.takes.length;
      await once(settingsFor(server), host);

      expect(await stored(context)).toEqual(expected(truth));
      expect(host.takes).toHaveLength(takes);
      expect(server.mails()).toHaveLength(left === 0 ? 0 : mails.length + 5);
      expect(server.mails(DONE)).toHaveLength(left === 0 ? mails.length : 0);
    });

    it('signs in over STARTTLS', async () => {
      const server = await serve();
      const host = await fresh();
      server.deliver(otherMails(1));

      await once(settingsFor(server, { port: server.plainPort, security: 'starttls' }), host);

      expect(server.mails(FAILED)).toHaveLength(1);
    });

    it('signs in with an access token that another program keeps fresh', async () => {
      const tokens = createServer((request, response) => {
        const active = request.url?.includes('token=fresh-token') ?? false;
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ active, email: 'reports' }));
      });
      await event(tokens.listen(0, '127.0.0.1'), 'listening');
      cleanUp.push(async () => {
        tokens.closeAllConnections();
        await event(tokens.close(), 'close');
      });
      const { port } = tokens.address() as AddressInfo;
      const server = await serve({ tokens: `http://127.0.0.1:${port}/?token=` });
      const host = await fresh();
      server.deliver(otherMails(1));
      let token = 'stale-token';
      const secret = { kind: 'token', from: 'the test', read: () => Promise.resolve(token) } as const;

      const refused = await once(settingsFor(server, { secret }), host);
      token = 'fresh-token';
      const accepted = await once(settingsFor(server, { secret }), host);

      expect(refused).toMatchObject({
        code: 'sign-in-refused',
        message: expect.stringMatching(/^localhost refused the access token of reports: (?!.*stale)/),
      });
      expect(accepted).toBeNull();
      expect(server.mails(FAILED)).toHaveLength(1);
    });

    it('makes a folder again that was removed while it looked', async () => {
      const server = await serve();
      const host = await fresh();
      server.deliver(otherMails(2));
      host.beforeSettled = () => server.removeFolder(FAILED);

      await once(settingsFor(server), host);

      expect(server.mails(FAILED)).toHaveLength(2);
      expect(host.state.trouble).toBeNull();
    });
  });

  describe('that is watched', () => {
    it('brings new mail within two seconds by IDLE', async () => {
      const server = await serve();
      const host = await fresh();
      running(settingsFor(server), host);
      await until(() => host.state.trouble === null);

      const waits: number[] = [];
      for (let round = 1; round <= 3; round += 1) {
        const begun = Date.now();
        server.deliver(otherMails(1));
        await until(() => server.mails(FAILED).length === round);
        waits.push(Date.now() - begun);
      }

      expect(Math.max(...waits)).toBeLessThan(2_000);
    });

    it('looks when asked, and tells when it has looked', async () => {
      const server = await serve();
      const host = await fresh();
      running(settingsFor(server), host);
      await until(() => host.state.trouble === null);
      const before = host.state.lastContact;

      await host.look();

      expect(host.state.lastContact).not.toEqual(before);
    });

    it('ends with what the store throws, and leaves nobody waiting who asked', async () => {
      const server = await serve();
      const host = await fresh();
      const stopping = new AbortController();
      const ended = imapMailbox(settingsFor(server)).run(host, stopping.signal).catch(String);
      await until(() => host.state.trouble === null);
      host.beforeTake = () => {
        throw new Error('the database is gone');
      };
      server.deliver(otherMails(1));

      await host.look();

      expect(await ended).toBe('Error: the database is gone');
    });

    it('stops at once while nothing happens', async () => {
      const server = await serve();
      const host = await fresh();
      const watching = running(settingsFor(server), host);
      await until(() => host.state.trouble === null);
      const begun = Date.now();

      await watching.stop();

      expect(Date.now() - begun).toBeLessThan(1_500);
    });
  });

  describe('whose connection is cut', () => {
    it('in the middle of bodies, again and again: loses nothing and counts nothing twice', async () => {
      const server = await serve();
      const host = await fresh();
      const { mails, truth } = reportMails(4);
      const padded = Buffer.concat([Buffer.from(mails[0] ?? []), Buffer.alloc(2_000_000, '\r\n')]);
      server.deliver([padded, ...mails.slice(1)]);
      const { settings, connections } = await through(server, ({ from, total, connection }) =>
        from === 'server' && connection <= 6 && total > connection * 60_000 ? 'cut' : 'pass',
      );

      running(settings, host);
      await until(() => server.mails(DONE).length === mails.length);

      expect(connections()).toBeGreaterThan(4);
      expect(await stored(context)).toEqual(expected(truth));
      await until(() => host.state.trouble === null);
      expect(host.troubles).toEqual(expect.arrayContaining(['connection-lost', null]));
      expect(server.mails()).toEqual([]);
    });

    it.each([
      ['before the server heard of it', 'cut'],
      ['after the server did it, without an answer', 'cut-answer'],
    ] as const)('in the middle of MOVE, %s', async (_, verdict) => {
      const server = await serve();
      const host = await fresh();
      const { mails, truth } = reportMails(3);
      server.deliver([...mails, ...otherMails(10)]);
      let cuts = 0;
      const { settings } = await through(server, ({ from, text }) =>
        from === 'client' && text.includes('UID MOVE') && cuts++ < 3 ? verdict : 'pass',
      );

      running(settings, host);
      await until(() => cuts > 3 && server.mails().length === 0 && host.state.trouble === null);

      expect(await stored(context)).toEqual(expected(truth));
      expect(server.mails(DONE)).toHaveLength(mails.length);
      expect(server.mails(FAILED)).toHaveLength(10);
      // What was committed is remembered, and not fetched again.
      expect(host.takes.reduce((sum, count) => sum + count, 0)).toBe(mails.length + 10);
    });

    it('between copy and expunge, on a server without MOVE: leaves nothing behind', async () => {
      const server = await serve({ capability: 'IMAP4rev1 IDLE UIDPLUS' });
      const host = await fresh();
      const { mails, truth } = reportMails(1);
      server.deliver(mails);
      let cuts = 0;
      const { settings } = await through(server, ({ from, text }) =>
        from === 'client' && text.includes('UID EXPUNGE') && cuts++ < 1 ? 'cut' : 'pass',
      );

      running(settings, host);
      await until(() => cuts > 0 && server.mails().length === 0);

      expect(await stored(context)).toEqual(expected(truth));
      expect(server.mails(DONE)).toHaveLength(mails.length);
    });

    it('by one mail whenever it is fetched: brings the others, and puts that one aside in the end', async () => {
      const server = await serve();
      const host = await fresh();
      const { mails } = reportMails(1);
      server.deliver(mails);
      const { settings } = await through(server, ({ from, text }) => {
        const uids = /UID FETCH ([\d,:]+) .*BODY\.PEEK\[\]/.exec(text)?.[1]?.split(',') ?? [];
        return from === 'client' && uids.includes('3') ? 'cut' : 'pass';
      });

      running({ ...settings, pace: { ...QUICK, retry: 5, longestRetry: 10 } }, host);
      await until(() => server.mails(DONE).length === mails.length - 1);
      const alone = host.setAsides.length;
      await until(() => server.mails(FAILED).length === 1 && host.state.trouble === null);

      expect(alone).toBe(0);
      expect(host.setAsides.map(({ why }) => why)).toEqual([
        { code: 'mail-not-fetched', message: expect.stringContaining('move it back') },
      ]);
    });

    it('by a server that is killed and comes back: goes on by itself', async () => {
      const server = await serve();
      const host = await fresh();
      const { mails, truth } = reportMails(6);
      server.deliver(mails);
      running(settingsFor(server), host);
      await until(() => host.takes.length > 0);

      await server.kill();
      await until(() => host.state.trouble?.code === 'host-unreachable');
      await server.start();
      await until(() => server.mails(DONE).length === mails.length && host.state.trouble === null);

      expect(await stored(context)).toEqual(expected(truth));
      expect(server.mails()).toEqual([]);
    });

    it('and whose UIDs mean something else afterwards: looks at everything again', async () => {
      const server = await serve();
      const host = await fresh();
      const { mails, truth } = reportMails(2);
      server.deliver(mails);
      const { settings } = await through(server, ({ from, text }) =>
        from === 'client' && text.includes('UID MOVE') ? 'cut' : 'pass',
      );
      await once(settings, host);
      const held = host.memory;
      await server.kill();
      server.changeUidValidity();
      server.deliver(otherMails(60), { before: true });
      await server.start();

      expect(await once(settingsFor(server), host)).toBeNull();

      expect(held).toMatchObject({ done: expect.arrayContaining([1]) });
      expect(host.memory).toMatchObject({ done: [], failed: [] });
      expect((host.memory as { uidValidity: string }).uidValidity).not.toBe(
        (held as { uidValidity: string }).uidValidity,
      );
      expect(await stored(context)).toEqual(expected(truth));
      expect(server.mails(DONE)).toHaveLength(mails.length);
      expect(server.mails(FAILED)).toHaveLength(60);
    });
  });

  describe('that cannot be read', () => {
    it('for a wrong password: says so, does not try again, and goes on once it is changed', async () => {
      const server = await serve();
      const host = await fresh();
      const { settings, connections } = await through(server, () => 'pass');
      let password = 'battery staple';
      running({ ...settings, secret: { ...settings.secret, read: () => Promise.resolve(password) } }, host);
      await until(() => host.state.trouble?.code === 'sign-in-refused');
      const { message } = host.state.trouble ?? {};
      server.deliver(otherMails(1));

      password = server.password;
      await until(() => server.mails(FAILED).length === 1);

      expect(message).toMatch(/^localhost refused the sign-in of reports: set a valid password/);
      expect(message).not.toContain('battery');
      expect(connections()).toBe(2);
    });

    it.each([
      ['an expired certificate', 'certificate-expired', /has expired: whoever runs the server/, {}],
      [
        'an unknown authority',
        'certificate-untrusted',
        /give its authority's certificate/,
        { ca: undefined },
      ],
      ['another name', 'certificate-other-name', /is for another name/, { host: '127.0.0.1' }],
      [
        'a host that does not exist',
        /host-unknown|name-not-resolved/,
        /spelling|DNS/,
        { host: 'mail.invalid' },
      ],
      ['a port where nothing is', 'host-unreachable', /check host, port and firewall/, { port: 1 }],
      ['a folder that is missing', 'folder-missing', /There is no folder Reports/, { folder: 'Reports' }],
      ['a password that is missing', 'secret-missing', /no password for reports: the test/, 'no-secret'],
    ] as const)('for %s: says what to do', async (_, code, message, change) => {
      const expired = code === 'certificate-expired';
      const server = await serve(expired ? { certificate: 'expired' } : {});
      const host = await fresh();
      const secret = {
        kind: 'password',
        from: 'the test',
        read: () => Promise.reject(new Error('x')),
      } as const;

      const given = change === 'no-secret' ? { secret } : change;
      const error = await once(settingsFor(server, given), host);

      expect(error).toMatchObject({
        code: expect.stringMatching(code),
        message: expect.stringMatching(message),
      });
    });

    it('for a quota that is used up: takes the reports all the same, once, and says that mail stays', async () => {
      const server = await serve({ quota: '*:messages=5', capability: 'IMAP4rev1 IDLE UIDPLUS' });
      const host = await fresh();
      const { mails, truth } = reportMails(1);
      server.deliver(mails);

      await once(settingsFor(server), host);
      const takes = host.takes.length;
      await once(settingsFor(server), host);

      expect(host.state.trouble).toMatchObject({ code: 'mailbox-full' });
      expect(server.mails()).toHaveLength(mails.length);
      expect(host.takes).toHaveLength(takes);
      expect(await stored(context)).toEqual(expected(truth));
    });

    it('for TLS at a port without it: names the other setting', async () => {
      const server = await serve();
      const host = await fresh();

      const error = await once(settingsFor(server, { port: server.plainPort }), host);

      expect(error).toMatchObject({ code: 'tls-failed', message: expect.stringContaining('starttls') });
    });
  });
});
