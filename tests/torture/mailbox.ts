import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startDovecot } from '../support/dovecot.js';
import type { Sender } from './senders.js';

export interface Mailbox {
  readonly send: Sender;
  /** Tells the service where the mailbox is. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A mailbox on a mail server of its own; `folder` gets its certificate. */
export async function mailboxOf(folder: string): Promise<Mailbox> {
  const server = await startDovecot();
  const certificate = path.join(folder, 'ca.pem');
  await writeFile(certificate, server.ca);
  return {
    send: ({ bytes }) => {
      server.deliver([bytes]);
      return Promise.resolve();
    },
    environment: {
      IMAP_URL: `imaps://${server.user}@${server.host}:${server.tlsPort}/INBOX`,
      IMAP_PASSWORD: server.password,
      NODE_EXTRA_CA_CERTS: certificate,
    },
    close: () => server.close(),
  };
}
