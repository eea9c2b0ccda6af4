import { resolve } from 'node:path';
import { fromListFile, ONLY_TENANT } from './source-list.js';
import { fromSecretFile, fromVariable, type Environment, type SecretSetting } from './source-secrets.js';

/** What is common to all sources. */
interface AnySource {
  /** Unique within its tenant. */
  readonly name: string;
  /** The tenant whose reports come by it, by name; made if new. */
  readonly tenant: string;
  /** Between looks where nothing announces something new; null for what suits the kind. */
  readonly pollMs: number | null;
}

export interface FileSourceSetting extends AnySource {
  readonly kind: 'folder' | 'maildir' | 'mbox';
  readonly path: string;
  /** Maildir: what becomes of mails that were taken. */
  readonly done: 'seen' | 'folder';
}

export interface ImapSetting extends AnySource {
  readonly kind: 'imap';
  readonly host: string;
  readonly port: number | null;
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user: string;
  readonly secret: SecretSetting;
  /** File with further certificates that are trusted, in PEM. */
  readonly caFile: string | null;
  readonly folder: string | null;
  readonly done: string | null;
  readonly failed: string | null;
}

export type SourceSetting = FileSourceSetting | ImapSetting;

/** Names of the sources that single variables make. */
const MAILBOX = 'mailbox';
const WATCHED = 'folder';
/** The sources that an environment names, and a sentence for each problem; never with the value of a secret. */
export function readSources(environment: Environment): {
  readonly sources: readonly SourceSetting[];
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const sources = [
    ...fromListFile(environment, problems),
    ...fromImapUrl(environment, problems),
    ...fromWatchFolder(environment),
  ];
  const seen = new Set<string>();
  for (const { tenant, name: own } of sources) {
    const key = JSON.stringify([tenant, own]);
    if (seen.has(key))
      problems.push(`SOURCES and the variables beside it name ${own} twice; give each source its own name.`);
    seen.add(key);
  }
  return { sources, problems };
}

function fromImapUrl(environment: Environment, problems: string[]): SourceSetting[] {
  const written = environment.get('IMAP_URL');
  if (written === undefined) return [];
  const wrong = (sentence: string): [] => {
    problems.push(sentence);
    return [];
  };
  const url = URL.canParse(written) ? new URL(written) : null;
  if (url === null || !/^imaps?:$/u.test(url.protocol) || url.hostname === '' || url.username === '')
    return wrong('IMAP_URL must be an address such as imaps://reports%40example.com@imap.example.com/INBOX.');
  if (url.password !== '')
    return wrong('IMAP_URL must not hold the password: put it into IMAP_PASSWORD or IMAP_PASSWORD_FILE.');
  const secrets = [
    environment.has('IMAP_PASSWORD') ? fromVariable('password', 'IMAP_PASSWORD', environment) : null,
    ...(['IMAP_PASSWORD_FILE', 'IMAP_TOKEN_FILE'] as const).map((variable) => {
      const path = environment.get(variable);
      return path === undefined
        ? null
        : fromSecretFile(variable === 'IMAP_TOKEN_FILE' ? 'token' : 'password', path);
    }),
  ].filter((one) => one !== null);
  const [only] = secrets;
  if (only === undefined || secrets.length > 1)
    return wrong('IMAP_URL needs one of IMAP_PASSWORD, IMAP_PASSWORD_FILE and IMAP_TOKEN_FILE beside it.');
  const folder = decode(url.pathname.slice(1));
  return [
    {
      name: MAILBOX,
      tenant: ONLY_TENANT,
      pollMs: null,
      kind: 'imap',
      host: url.hostname.replaceAll(/^\[|\]$/gu, ''),
      port: url.port === '' ? null : Number(url.port),
      security: url.protocol === 'imaps:' ? 'tls' : 'starttls',
      user: decode(url.username),
      secret: only,
      caFile: null,
      folder: folder === '' ? null : folder,
      done: null,
      failed: null,
    },
  ];
}

/** `%40` and its like; a text that only looks so stays. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function fromWatchFolder(environment: Environment): SourceSetting[] {
  const path = environment.get('WATCH_FOLDER');
  if (path === undefined) return [];
  return [
    { name: WATCHED, tenant: ONLY_TENANT, pollMs: null, kind: 'folder', path: resolve(path), done: 'seen' },
  ];
}
