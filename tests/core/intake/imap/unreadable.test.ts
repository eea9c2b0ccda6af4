import { describe, expect, it } from 'vitest';
import { dovecotMissing, leftOut, until } from '../../../support/dovecot.js';
import { FAILED, fresh, once, running, serve, settingsFor, through, withMailServers } from './mailboxes.js';
import { expected, otherMails, reportMails, stored } from './mails.js';

describe.skipIf(dovecotMissing !== null)(`a mailbox over IMAP that cannot be read${leftOut}`, () => {
  withMailServers();

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
    ['an unknown authority', 'certificate-untrusted', /give its authority's certificate/, { ca: undefined }],
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
    expect(await stored(host.context)).toEqual(expected(truth));
  });

  it('for TLS at a port without it: names the other setting', async () => {
    const server = await serve();
    const host = await fresh();

    const error = await once(settingsFor(server, { port: server.plainPort }), host);

    expect(error).toMatchObject({ code: 'tls-failed', message: expect.stringContaining('starttls') });
  });
});
