import { createHash, randomBytes } from 'node:crypto';

/**
 * Secrets that the service makes and knows again by their SHA-256: `dmo_`, `dmr_`, `dms_` or `dml_` and 36 bytes in base64url.
 * Of these, 4 name the tenant, so that a secret is looked up inside the wall; 32 are random. With 256 random bits
 * nothing slower than SHA-256 is needed.
 */
const PREFIXES = { key: 'dmo_', refresh: 'dmr_', setup: 'dms_', link: 'dml_' } as const;
const PREFIX_LENGTH = 4;
export type SecretKind = keyof typeof PREFIXES;

const TENANT_BYTES = 4;
const RANDOM_BYTES = 32;
/** 36 bytes are 48 letters without padding, so that every text stands for other bytes. */
const BODY = /^[A-Za-z0-9_-]{48}$/u;
const LARGEST_TENANT = 2 ** 31 - 1;

export interface Secret {
  /** Shown once, and never kept. */
  readonly text: string;
  /** What is kept of it. */
  readonly digest: Buffer;
}

/** A new secret of a tenant. */
export function newSecret(kind: SecretKind, tenant: number): Secret {
  const bytes = Buffer.alloc(TENANT_BYTES + RANDOM_BYTES);
  bytes.writeUInt32BE(tenant);
  randomBytes(RANDOM_BYTES).copy(bytes, TENANT_BYTES);
  const text = `${PREFIXES[kind]}${bytes.toString('base64url')}`;
  return { text, digest: digestOf(text) };
}

/** Whose tenant a secret says it is, and by what to look it up there; null where it is none of this kind. */
export function readSecret(
  kind: SecretKind,
  text: string,
): { readonly tenant: number; readonly digest: Buffer } | null {
  if (!text.startsWith(PREFIXES[kind])) return null;
  const body = text.slice(PREFIXES[kind].length);
  if (!BODY.test(body)) return null;
  const tenant = Buffer.from(body, 'base64url').readUInt32BE();
  return tenant > 0 && tenant <= LARGEST_TENANT ? { tenant, digest: digestOf(text) } : null;
}

/** More in one text are nobody's slip. */
const MOST_READ = 10;

/** Secrets of a kind that stand somewhere in a text, also where spaces or other words were put into or after them. */
export function readSecrets(
  kind: SecretKind,
  text: string,
): readonly { readonly tenant: number; readonly digest: Buffer }[] {
  const whole = new RegExp(`${PREFIXES[kind]}[A-Za-z0-9_-]{48}`, 'gu');
  const found = [text, text.replaceAll(/\s/gu, '')].flatMap((one) => one.match(whole) ?? []);
  return [...new Set(found)].slice(0, MOST_READ).flatMap((one) => readSecret(kind, one) ?? []);
}

/** Any text that looks like one of ours, cut or in another case too: who pastes one into the wrong place shall not spread it. */
const ANY_SECRET = new RegExp(`(?:${Object.values(PREFIXES).join('|')})[A-Za-z0-9_-]{16,}`, 'giu');

/** A text in which what looks like a secret of ours is only named by its beginning, such as `dmo_[hidden]`. */
export function hideSecrets(text: string): string {
  return text.replaceAll(ANY_SECRET, (secret) => `${secret.slice(0, PREFIX_LENGTH)}[hidden]`);
}

/** SHA-256 of a text. */
export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
