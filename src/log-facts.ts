import { hideSecrets } from './core/identity/secret.js';

/** Longer texts are cut: what is long is data, and data is in the database. */
const LONGEST_TEXT = 2_000;
/** Facts within facts are shown so deep, and lists so far. */
const DEEPEST = 4;
const LONGEST_LIST = 50;
const HIDDEN = '[hidden]';

/** Names of facts whose values are secrets, wherever they stand, in any way of writing. */
const SECRET_NAME =
  /pass(?:word|wd|phrase|code)?$|secret|token|authorization|cookie|credential|(?:api|private|signing)[-_]?key|bearer|jwt/iu;
/** Names that only look so: an id or a count of a secret is none. */
const HARMLESS_NAME = /(?:id|count|at|name)$/iu;

/** Facts without secrets: by the names they have, and in texts by what gives them away. Errors as code and message. */
export function cleanFacts(
  facts: Readonly<Record<string, unknown>>,
  withStacks: boolean,
): Record<string, unknown> {
  return cleanObject(facts, withStacks, 0);
}

function cleanObject(facts: object, withStacks: boolean, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      isSecretName(name) && value !== null && value !== undefined && typeof value !== 'boolean'
        ? HIDDEN
        : clean(value, withStacks, depth),
    ]),
  );
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !HARMLESS_NAME.test(name);
}

function clean(value: unknown, withStacks: boolean, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return cleanText(value.href);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (depth >= DEEPEST) return '…';
  if (value instanceof Error) return cleanError(value, withStacks, depth);
  if (Array.isArray(value))
    return value.slice(0, LONGEST_LIST).map((one: unknown) => clean(one, withStacks, depth + 1));
  return cleanObject(value, withStacks, depth + 1);
}

/** What else an error carries (a query's values, a request) stays out: nobody knows what is in it. */
function cleanError(error: Error, withStacks: boolean, depth: number): Record<string, unknown> {
  const { code } = error as { readonly code?: unknown };
  return {
    ...(error.name !== 'Error' && { name: error.name }),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    message: cleanText(error.message),
    ...(withStacks && error.stack !== undefined && { stack: cleanText(error.stack) }),
    ...(error.cause !== undefined && { cause: clean(error.cause, withStacks, depth + 1) }),
  };
}

/** `scheme://user:password@` of an address. */
const USER_OF_URL = /([a-z][a-z0-9+.-]{1,30}:\/\/)[^\s/?#]{0,500}@/giu;
/** A token in a header or sign-in line. */
const SAID_TOKEN = /\b(bearer|basic|xoauth2)\s+[\w+/=.~-]{8,}/giu;
/** `password=…`, `token: …` and their like. */
const NAMED_SECRET =
  /\b(\w{0,30}(?:password|passwd|secret|token|api[-_]?key))("?\s?[=:]\s?"?)[^\s"'&,;]{1,500}/giu;
/** A JSON Web Token: three parts in base64url, the first an object. */
const JSON_WEB_TOKEN = /\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/gu;
/** What stands before the @ of a mail address says who it is (RFC 5322 §3.4.1). */
const LOCAL_PART = /(?:"[^"\n]{1,128}"|[^\s<>()[\]"',:;\\/=@]{1,128})@(?=[\p{L}\p{N}[])/gu;

/** A text without what looks like a secret or says whose mailbox it is; the domain of an address stays. */
export function cleanText(text: string): string {
  const short = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  const bare = hideSecrets(short)
    .replaceAll(JSON_WEB_TOKEN, HIDDEN)
    .replaceAll(SAID_TOKEN, `$1 ${HIDDEN}`)
    .replaceAll(NAMED_SECRET, `$1$2${HIDDEN}`);
  return bare.includes('@') ? bare.replaceAll(USER_OF_URL, '$1…@').replaceAll(LOCAL_PART, '…@') : bare;
}
