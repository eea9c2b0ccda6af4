import { once as event } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { dovecotMissing, leftOut } from '../../../support/dovecot.js';
import { DONE, FAILED, cleanUp, fresh, once, serve, settingsFor, withMailServers } from './mailboxes.js';
import { expected, otherMails, pictureMail, reportMails, stored } from './mails.js';

describe.skipIf(dovecotMissing !== null)(`a mailbox over IMAP that is read${leftOut}`, () => {
  withMailServers();

  it('brings 500 mails with reports in every container, exactly, and is empty then', async () => {
    const server = await serve();
    const host = await fresh();
    const { mails, truth } = reportMails(15);
    server.deliver(mails);

    expect(await once(settingsFor(server), host)).toBeNull();

    expect(mails.length).toBeGreaterThanOrEqual(500);
    expect(await stored(host.context)).toEqual(expected(truth));
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

    expect(await stored(host.context)).toEqual(expected(truth));
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
    expect(await stored(host.context)).toEqual(expected(truth));
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
    server.deliver([Buffer.concat([Buffer.from('Message-ID: <big@x>\r\n\r\n'), Buffer.alloc(400_000, 97)])]);

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

    expect(await stored(host.context)).toEqual(expected(truth));
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
