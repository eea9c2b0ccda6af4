import { describe, expect, it } from 'vitest';
import { dovecotMissing, leftOut, until } from '../../../support/dovecot.js';
import {
  DONE,
  FAILED,
  QUICK,
  fresh,
  once,
  running,
  serve,
  settingsFor,
  through,
  withMailServers,
} from './mailboxes.js';
import { expected, otherMails, reportMails, stored } from './mails.js';

describe.skipIf(dovecotMissing !== null)(`a mailbox over IMAP whose connection is cut${leftOut}`, () => {
  withMailServers();

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
    expect(await stored(host.context)).toEqual(expected(truth));
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

    expect(await stored(host.context)).toEqual(expected(truth));
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

    expect(await stored(host.context)).toEqual(expected(truth));
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

    expect(await stored(host.context)).toEqual(expected(truth));
    expect(server.mails()).toEqual([]);
  }, 90_000);

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
    expect(await stored(host.context)).toEqual(expected(truth));
    expect(server.mails(DONE)).toHaveLength(mails.length);
    expect(server.mails(FAILED)).toHaveLength(60);
  });
});
