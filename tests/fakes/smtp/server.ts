import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { SMTPServer } from 'smtp-server';

/** A mail that the server took. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Who signed in; null for nobody. */
  readonly user: string | null;
  readonly secure: boolean;
  /** As it came. */
  readonly raw: Buffer;
}

/** A reply that refuses. */
export interface SmtpRefusal {
  readonly code: number;
  readonly text: string;
}

export interface FakeSmtp {
  readonly port: number;
  readonly mails: TakenMail[];
  /** Passwords that somebody tried. */
  readonly tried: string[];
  readonly rules: {
    password: string | null;
    /** Of signing in, whatever the password. */
    auth: SmtpRefusal | null;
    sender: SmtpRefusal | null;
    /** By address. */
    readonly recipients: Map<string, SmtpRefusal>;
    data: SmtpRefusal | null;
    /** What it says when it took a mail. */
    taken: string;
  };
  stop(): Promise<void>;
}

export interface FakeSmtpOptions {
  readonly security: 'tls' | 'starttls' | 'none';
  /** Folder with the cert.pem and key.pem of makeCertificate; for `none` nothing. */
  readonly folder?: string;
  /** RFC 1870; larger mails are refused with 552. */
  readonly mostBytes?: number;
}

/** A mail server on loopback that refuses as it is told to, and for size, as servers do. */
export async function startFakeSmtp(options: FakeSmtpOptions): Promise<FakeSmtp> {
  const { security, folder, mostBytes = 10 * 1_024 * 1_024 } = options;
  const mails: TakenMail[] = [];
  const tried: string[] = [];
  const rules: FakeSmtp['rules'] = {
    password: null,
    auth: null,
    sender: null,
    recipients: new Map(),
    data: null,
    taken: 'queued',
  };
  const file = (name: string) =>
    folder === undefined ? undefined : readFileSync(path.join(folder, name), 'utf8');
  const server = new SMTPServer({
    secure: security === 'tls',
    key: file('key.pem'),
    cert: file('cert.pem'),
    size: mostBytes,
    disabledCommands: security === 'none' ? ['STARTTLS'] : [],
    allowInsecureAuth: security === 'none',
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: (auth, _session, done) => {
      tried.push(auth.password ?? '');
      if (rules.auth !== null) return done(refused(rules.auth));
      if (rules.password !== null && auth.password !== rules.password)
        return done(refused({ code: 535, text: `5.7.8 ${auth.username} is not taken` }));
      return done(null, { user: auth.username });
    },
    onMailFrom: (_address, session, done) => {
      if (rules.password !== null && session.user === undefined)
        return done(refused({ code: 530, text: '5.7.0 sign in first' }));
      return done(rules.sender === null ? null : refused(rules.sender));
    },
    onRcptTo: ({ address }, _session, done) => {
      const refusal = rules.recipients.get(address);
      done(refusal === undefined ? null : refused(refusal));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(refused({ code: 552, text: '5.3.4 too large' }));
        if (rules.data !== null) return done(refused(rules.data));
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          user: typeof session.user === 'string' ? session.user : null,
          secure: session.secure,
          raw: Buffer.concat(chunks),
        });
        return done(null, rules.taken);
      });
    },
  });
  // What a client does that goes away is no trouble of ours.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    tried,
    rules,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refused({ code, text }: SmtpRefusal): Error {
  return Object.assign(new Error(text), { responseCode: code });
}
