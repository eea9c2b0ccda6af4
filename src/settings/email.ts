import { resolve } from 'node:path';
import { z } from 'zod';
import type { EmailSettings, Password } from '../bot/email/settings.js';
import { recipientsProblem } from '../core/alert/channel-address.js';
import { fromSecretFile, fromVariable, type Environment } from './source-secrets.js';

/** One variable: what the README says of it. They depend on each other, so they are read together. */
interface EmailVariable {
  readonly field: z.ZodType;
  readonly meaning: string;
  readonly otherwise: string;
}

/** One for each variable: what is told of a field stands with the field itself. */
function text() {
  return z.string().optional();
}

const SECURITIES = ['tls', 'starttls', 'none'] as const;
type Security = (typeof SECURITIES)[number];

/** The variables of outgoing mail, by name. */
export const EMAIL_VARIABLES = {
  SMTP_URL: {
    field: text(),
    meaning: 'Mail server for alerts and digests, such as smtps://alerts%40example.com@mail.example.com',
    otherwise: 'SMTP_HOST, else no e-mail',
  },
  SMTP_HOST: {
    field: text(),
    meaning: 'Its name, in place of SMTP_URL',
    otherwise: 'SMTP_URL, else no e-mail',
  },
  SMTP_PORT: { field: text(), meaning: 'Its port', otherwise: '465 with `SMTP_SECURITY=tls`, else 587' },
  SMTP_SECURITY: {
    field: text(),
    meaning: '`tls` from the start, `starttls`, or `none`, which sends mail and password in the clear',
    otherwise: '`tls` on port 465, else `starttls`',
  },
  SMTP_USER: { field: text(), meaning: 'Who signs in to it', otherwise: 'nobody signs in' },
  SMTP_PASSWORD: { field: text(), meaning: 'Password for it', otherwise: 'SMTP_PASSWORD_FILE' },
  SMTP_PASSWORD_FILE: {
    field: text(),
    meaning: 'File with that password, read anew for each mail',
    otherwise: 'SMTP_PASSWORD',
  },
  SMTP_CA_FILE: {
    field: text(),
    meaning: 'File with further certificates that are trusted for it, in PEM',
    otherwise: 'those of Node.js',
  },
  SMTP_FROM: {
    field: text(),
    meaning: 'Sender of mail, such as `dmarc-ops <alerts@example.com>`',
    otherwise: 'no e-mail',
  },
} as const satisfies Readonly<Record<string, EmailVariable>>;

interface Server {
  readonly host: string;
  readonly port: number | null;
  readonly security: Security | null;
  readonly user: string | null;
  readonly password: string | null;
}

const USUAL_PORT: Readonly<Record<Security, number>> = { tls: 465, starttls: 587, none: 587 };

/** Settings of outgoing mail, null where there is no server; and a sentence for each problem, without secrets. */
export function readEmail(environment: Environment): {
  readonly email: EmailSettings | null;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const server = serverOf(environment, problems);
  if (server === null) return { email: null, problems };
  const security = securityOf(environment, server, problems);
  const from = fromOf(environment, problems);
  const login = loginOf(environment, server, problems);
  const ca = environment.get('SMTP_CA_FILE');
  if (problems.length > 0 || from === null) return { email: null, problems };
  return {
    email: {
      host: server.host,
      port: server.port ?? USUAL_PORT[security],
      security,
      login,
      from,
      caFile: ca === undefined ? null : resolve(ca),
    },
    problems,
  };
}

function serverOf(environment: Environment, problems: string[]): Server | null {
  const [written, host, port] = ['SMTP_URL', 'SMTP_HOST', 'SMTP_PORT'].map((name) => environment.get(name));
  if (written === undefined && host === undefined) return null;
  if (written !== undefined && host !== undefined)
    problems.push('Set either SMTP_URL or SMTP_HOST, not both.');
  if (port !== undefined && !(/^\d{1,5}$/u.test(port) && Number(port) > 0 && Number(port) < 65_536))
    problems.push('SMTP_PORT must be a whole number from 1 to 65535.');
  const user = environment.get('SMTP_USER') ?? null;
  const given = port === undefined ? null : Number(port);
  if (written === undefined) {
    const name = host ?? '';
    if (/[\s/@:]/u.test(name) && !name.startsWith('['))
      problems.push('SMTP_HOST must be a name such as mail.example.com; the port goes into SMTP_PORT.');
    return { host: unbracketed(name), port: given, security: null, user, password: null };
  }
  const url = URL.canParse(written) ? new URL(written) : null;
  if (url === null || !/^smtps?:$/u.test(url.protocol) || url.hostname === '') {
    problems.push('SMTP_URL must be an address such as smtps://alerts%40example.com@mail.example.com.');
    return null;
  }
  return {
    host: unbracketed(url.hostname),
    port: url.port === '' ? given : Number(url.port),
    security: url.protocol === 'smtps:' ? 'tls' : null,
    user: url.username === '' ? user : decode(url.username),
    password: url.password === '' ? null : decode(url.password),
  };
}

function securityOf(environment: Environment, server: Server, problems: string[]): Security {
  const given = environment.get('SMTP_SECURITY')?.toLowerCase();
  const known = SECURITIES.find((one) => one === given);
  if (given !== undefined && known === undefined)
    problems.push(`SMTP_SECURITY must be one of ${SECURITIES.join(', ')}.`);
  if (server.security !== null && known !== undefined && known !== server.security)
    problems.push('SMTP_SECURITY must be tls, or be left out, where SMTP_URL begins with smtps.');
  return known ?? server.security ?? (server.port === USUAL_PORT.tls ? 'tls' : 'starttls');
}

/** `Name <address>`, or the address alone. */
function fromOf(environment: Environment, problems: string[]): EmailSettings['from'] | null {
  const written = environment.get('SMTP_FROM');
  const [, name = '', inner] = /^(.*?)<([^<>]*)>$/u.exec(written ?? '') ?? [];
  const address = (inner ?? written ?? '').trim();
  if (recipientsProblem([address]) === null && !/\p{Cc}/u.test(name))
    return { name: name.trim().replaceAll('"', '') || 'dmarc-ops', address };
  problems.push(
    `SMTP_FROM must be the sender of mail, such as dmarc-ops <alerts@example.com>${written === undefined ? '; it is not set' : ''}.`,
  );
  return null;
}

function loginOf(environment: Environment, server: Server, problems: string[]): EmailSettings['login'] {
  const file = environment.get('SMTP_PASSWORD_FILE');
  const { password } = server;
  const given: Password[] = [
    ...(password === null ? [] : [{ from: 'the variable SMTP_URL', read: () => Promise.resolve(password) }]),
    ...(environment.has('SMTP_PASSWORD') ? [fromVariable('password', 'SMTP_PASSWORD', environment)] : []),
    ...(file === undefined ? [] : [fromSecretFile('password', resolve(file))]),
  ];
  const [only] = given;
  if (server.user === null && only === undefined) return null;
  if (server.user !== null && only !== undefined && given.length === 1)
    return { user: server.user, password: only };
  problems.push(
    server.user === null
      ? 'SMTP_USER must be set beside the password for SMTP.'
      : 'SMTP_USER needs one of SMTP_PASSWORD and SMTP_PASSWORD_FILE beside it.',
  );
  return null;
}

function unbracketed(host: string): string {
  return host.replaceAll(/^\[|\]$/gu, '');
}

/** `%40` and its like; a text that only looks so stays. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
