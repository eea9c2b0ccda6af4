import { isIP } from 'node:net';
import { MailboxTrouble } from './trouble.js';

/**
 * How the connection is protected: TLS from the first byte, STARTTLS that must succeed, or not at all, which is for
 * a server on this machine alone.
 */
export type Security = 'tls' | 'starttls' | 'none';

/** What signs in, read anew for every connection, so that a changed password is used at once. */
export interface Secret {
  /** A password, or an OAuth2 access token (XOAUTH2 or OAUTHBEARER) that another program keeps fresh. */
  readonly kind: 'password' | 'token';
  /** Throws where it cannot be read; what it throws is never shown. */
  read(): Promise<string>;
  /** Where it comes from, for people, such as `the variable IMAP_PASSWORD`. */
  readonly from: string;
}

/** One mailbox of one tenant. */
export interface MailboxSettings {
  readonly name: string;
  readonly host: string;
  /** 993 for TLS, 143 otherwise, when absent. */
  readonly port?: number;
  readonly security: Security;
  readonly user: string;
  readonly secret: Secret;
  /** Certificates in PEM that are trusted besides the system's own, for a server with its own authority. */
  readonly ca?: string;
  /** Folders; `/` parts the names of folders in folders, whatever the server uses. */
  readonly folder: string;
  readonly done: string;
  readonly failed: string;
  readonly pace: Pace;
}

/** How often and how long, in milliseconds. */
export interface Pace {
  /** Between looks where nothing announces new mail. */
  readonly poll: number;
  /** Waits after a connection failed: the first, and the longest; doubled in between. */
  readonly retry: number;
  readonly longestRetry: number;
  /** The same where the server refused the sign-in: servers lock accounts after a few. */
  readonly refused: number;
  readonly longestRefused: number;
  /** How often a refused password is read again, to see whether it was changed. */
  readonly secretCheck: number;
  /** How long one batch is waited for until it is read, before it counts as taken all the same. */
  readonly settle: number;
}

const MINUTE = 60_000;

export const DEFAULT_PACE: Pace = {
  poll: 15 * MINUTE,
  retry: 1_000,
  longestRetry: 5 * MINUTE,
  refused: 15 * MINUTE,
  longestRefused: 240 * MINUTE,
  secretCheck: 30_000,
  settle: 10_000,
};

export const DEFAULT_FOLDERS = { folder: 'INBOX', done: 'DMARC done', failed: 'DMARC failed' } as const;

/** The port that is used. */
export function portOf({ port, security }: MailboxSettings): number {
  return port ?? (security === 'tls' ? 993 : 143);
}

/** Where a mailbox is, for people. */
export function placeOf(settings: MailboxSettings): string {
  const host = isIP(settings.host) === 6 ? `[${settings.host}]` : settings.host;
  return `${settings.user} at ${host}:${portOf(settings)}, folder ${settings.folder}`;
}

/** Throws MailboxTrouble where a password would cross a network in clear, or folders would feed each other. */
export function checkSettings(settings: MailboxSettings): void {
  if (settings.security === 'none' && !isLoopback(settings.host))
    throw new MailboxTrouble(
      'connection-unprotected',
      `An unprotected connection is allowed to this machine alone, and ${settings.host} is another: set security to tls or starttls.`,
      'later',
    );
  if (new Set([settings.folder, settings.done, settings.failed]).size < 3)
    throw new MailboxTrouble(
      'folders-alike',
      `The folders to look in, for done and for failed mail must be three: give them different names.`,
      'later',
    );
}

/** Whether a host name means this machine whatever the network says. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
