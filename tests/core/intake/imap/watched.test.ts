import { describe, expect, it } from 'vitest';
import { imapMailbox } from '../../../../src/core/intake/imap/mailbox.js';
import { dovecotMissing, leftOut, until } from '../../../support/dovecot.js';
import { FAILED, fresh, running, serve, settingsFor, withMailServers } from './mailboxes.js';
import { otherMails } from './mails.js';

describe.skipIf(dovecotMissing !== null)(`a mailbox over IMAP that is watched${leftOut}`, () => {
  withMailServers();

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
