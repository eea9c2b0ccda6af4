import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { imapMailbox } from '../../../../src/core/intake/imap/mailbox.js';
import {
  DEFAULT_FOLDERS,
  DEFAULT_PACE,
  type MailboxSettings,
} from '../../../../src/core/intake/imap/settings.js';
import { testSystem, type TestSystem } from '../../../support/context.js';
import { startDovecot, type Dovecot, type DovecotOptions } from '../../../support/dovecot.js';
import { startCuttingProxy, type Passing, type Verdict } from './cutting-proxy.js';
import { testHost, type TestHost } from './host.js';

export const DONE = DEFAULT_FOLDERS.done;
export const FAILED = DEFAULT_FOLDERS.failed;
export const QUICK = { ...DEFAULT_PACE, retry: 20, longestRetry: 200, refused: 60_000, secretCheck: 50 };

let system: TestSystem;
/** What a test started, and has to end. */
export const cleanUp: (() => Promise<void>)[] = [];

/** For the describe block of tests with a mail server: a database for all, and an end to what each one started. */
export function withMailServers(): void {
  beforeAll(async () => {
    system = await testSystem();
  });
  afterAll(() => system.close());
  afterEach(async () => {
    for (const end of cleanUp.splice(0).toReversed()) await end();
  });
}

/** A host for a tenant of its own. */
export async function fresh(limits = {}): Promise<TestHost> {
  return testHost(await system.context(randomUUID()), limits);
}

/** A mail server that ends with the test. */
export async function serve(options: DovecotOptions = {}): Promise<Dovecot> {
  const server = await startDovecot(options);
  cleanUp.push(() => server.close());
  return server;
}

/** A mailbox on this server. */
export function settingsFor(server: Dovecot, given: Partial<MailboxSettings> = {}): MailboxSettings {
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
export async function once(settings: MailboxSettings, host: TestHost): Promise<unknown> {
  return imapMailbox(settings)
    .once(host, new AbortController().signal)
    .then(
      () => null,
      (error: unknown) => error,
    );
}

/** Runs until the test is over. */
export function running(settings: MailboxSettings, host: TestHost): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const ended = imapMailbox(settings).run(host, stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended;
  };
  cleanUp.push(stop);
  return { stop };
}

/** The same mailbox through a proxy that may cut its connections. */
export async function through(
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
