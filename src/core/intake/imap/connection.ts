import { rootCertificates } from 'node:tls';
import { ImapFlow, type ImapFlowError, type ImapFlowOptions, type Logger } from 'imapflow';
import type { Limits } from '../../report/limits.js';
import { portOf, type MailboxSettings } from './settings.js';
import { MailboxTrouble, troubleOf, type Where } from './trouble.js';

/** A signed-in connection. */
export interface Connection {
  /** What the server can do. */
  can(capability: 'MOVE' | 'UIDPLUS' | 'IDLE'): boolean;
  /** Runs IMAP commands; what goes wrong is thrown as MailboxTrouble. */
  ask<Answer>(work: (client: ImapFlow) => Promise<Answer>): Promise<Answer>;
  /** The same for commands that imapflow answers with `false` where the server refused. */
  command<Answer>(work: (client: ImapFlow) => Promise<Answer | false | undefined>): Promise<Answer>;
  /** Listens for new mail, by IDLE or by asking now and then, until the next command. */
  listen(): void;
  /** Resolves when it is gone, for whatever reason. */
  readonly closed: Promise<void>;
  /** Signs out, within a bound. */
  end(): Promise<void>;
  /** Drops it at once. */
  readonly drop: () => void;
}

/** A dead server is noticed within this, also while nothing is said: IDLE is begun anew more often. */
const SILENCE_MS = 2 * 60_000;
/** Way below the 29 minutes of RFC 2177, for routers on the way that forget quiet connections. */
const IDLE_MS = 90_000;
const CONNECT_MS = 30_000;
const SIGN_OUT_MS = 2_000;
/** What an answer carries besides the part of a message that was asked for. */
const ANSWER_ROOM = 1024 * 1024;

/** Connects and signs in, or throws MailboxTrouble. `onMail` is told when messages have come. */
export async function connect(
  settings: MailboxSettings,
  limits: Limits,
  signal: AbortSignal,
  onMail: () => void,
): Promise<Connection> {
  const secret = await readSecret(settings);
  const where: Where = {
    host: settings.host,
    port: portOf(settings),
    user: settings.user,
    kind: settings.secret.kind,
    secret,
  };
  const refusals = lastRefusal();
  const client = new ImapFlow({ ...optionsOf(settings, secret, limits), logger: refusals.logger });
  const closed = new Promise<void>((resolve) => client.once('close', resolve));
  let broken: unknown;
  client.on('error', (error) => {
    broken ??= error;
    client.close();
  });
  client.on('exists', ({ count, prevCount }) => {
    if (count > prevCount) onMail();
  });
  const drop = (): void => client.close();

  const ask: Connection['ask'] = async (work) => {
    try {
      return await work(client);
    } catch (error) {
      // What broke the connection says more than that it is gone.
      throw troubleOf(client.isClosed && broken !== undefined ? broken : error, where);
    }
  };
  signal.addEventListener('abort', drop, { once: true });
  try {
    await ask(() => client.connect());
  } catch (error) {
    client.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', drop);
  }
  return {
    can: (capability) => client.capabilities.has(capability),
    ask,
    command: async (work) => {
      refusals.forget();
      const answer = await ask(work);
      if (answer !== false && answer !== undefined) return answer;
      throw troubleOf(refusals.last() ?? gone(), where);
    },
    listen: () => {
      client.idle().catch(() => {}); // The connection is closed then, which `closed` tells.
    },
    closed,
    end: async () => {
      const timer = setTimeout(drop, SIGN_OUT_MS);
      await client.logout().catch(() => {});
      clearTimeout(timer);
      drop();
    },
    drop,
  };
}

async function readSecret({ secret, user }: MailboxSettings): Promise<string> {
  const value = await secret.read().catch(() => '');
  if (value !== '') return value;
  throw new MailboxTrouble(
    'secret-missing',
    `There is no ${secret.kind} for ${user}: ${secret.from} is empty or cannot be read.`,
    'later',
  );
}

function optionsOf(settings: MailboxSettings, secret: string, limits: Limits): ImapFlowOptions {
  const { host, user, security, ca } = settings;
  const literal = limits.mailBytes + ANSWER_ROOM;
  return {
    host,
    port: portOf(settings),
    secure: security === 'tls',
    doSTARTTLS: security === 'tls' ? undefined : security === 'starttls',
    auth: settings.secret.kind === 'token' ? { user, accessToken: secret } : { user, pass: secret },
    tls: {
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
    },
    clientInfo: { name: 'dmarc-ops', version: false, vendor: false, 'support-url': false },
    // Reports are compressed already, and what is not asked for cannot go wrong.
    disableCompression: true,
    disableAutoEnable: true,
    disableAutoIdle: true,
    disableIMAP4rev2: true,
    connectionTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    maxIdleTime: IDLE_MS,
    maxLineLength: 16 * ANSWER_ROOM,
    maxLiteralSize: literal,
    maxResponseSize: literal + ANSWER_ROOM,
  };
}

/** imapflow tells its logger alone why the server refused a command; nothing of it is written anywhere. */
function lastRefusal(): { readonly logger: Logger; forget(): void; last(): ImapFlowError | null } {
  let last: ImapFlowError | null = null;
  const note = (entry: unknown): void => {
    const error: unknown = entry instanceof Object && 'err' in entry ? entry.err : null;
    if (isRefusal(error)) last = error;
  };
  const ignore = (): void => {};
  return {
    logger: { trace: ignore, debug: ignore, info: ignore, warn: note, error: note, fatal: note },
    forget: () => {
      last = null;
    },
    last: () => last,
  };
}

function isRefusal(error: unknown): error is ImapFlowError {
  return error instanceof Error && 'responseStatus' in error;
}

/** imapflow answers nothing at all where no folder is open any more. */
function gone(): Error {
  return Object.assign(new Error('no folder is open'), { code: 'NoConnection' });
}
