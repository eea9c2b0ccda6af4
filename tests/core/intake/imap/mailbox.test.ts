import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { imapMailbox } from '../../../../src/core/intake/imap/mailbox.js';
import { DEFAULT_PACE, type MailboxSettings } from '../../../../src/core/intake/imap/settings.js';
import { testSystem, type TestSystem } from '../../../support/context.js';
import { dovecotMissing, startDovecot, withDovecot, type Dovecot } from '../../../support/dovecot.js';
import { sampleFiles } from '../../../support/samples.js';
import { testHost } from './host.js';

let system: TestSystem;
let server: Dovecot | undefined;

describe.skipIf(dovecotMissing !== null)(withDovecot('a mailbox over IMAP'), () => {
  beforeAll(async () => {
    system = await testSystem();
  });
  afterAll(() => system.close());
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  it('looks', async () => {
    server = await startDovecot();
    const { files } = sampleFiles('demo', 7, '2026-03-14');
    console.log(files.length);
    const context = await system.context('x');
    const host = testHost(context);
    server.deliver([Buffer.from('Subject: x\r\n\r\nhello\r\n')]);
    const settings: MailboxSettings = {
      name: 'm',
      host: server.host,
      port: server.tlsPort,
      security: 'tls',
      user: server.user,
      ca: server.ca,
      secret: { kind: 'password', from: 'x', read: async () => 'correct horse' },
      folder: 'INBOX',
      done: 'DMARC done',
      failed: 'DMARC failed',
      pace: DEFAULT_PACE,
    };
    await imapMailbox(settings).once(host, AbortSignal.timeout(10000));
    console.log(
      host.state,
      host.setAsides,
      host.takes,
      host.memory,
      server.mails(),
      server.mails('DMARC failed'),
    );
    expect(1).toBe(1);
  });
});
