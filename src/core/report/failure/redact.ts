import { hash } from 'node:crypto';
import type { FailureReport } from '../report.js';
import type { Field } from './fields.js';

/** Stands where something was that may name a person. */
export const REDACTED = 'redacted';

/** Hexadecimal digits that stay of a hashed Message-ID: enough to see that two reports are about one message. */
const HASH_DIGITS = 16;

/** Header fields that hold addresses; names and comments beside them go. */
const ADDRESS_FIELDS: ReadonlySet<string> = new Set([
  'from',
  'to',
  'cc',
  'bcc',
  'sender',
  'reply-to',
  'return-path',
  'delivered-to',
  'errors-to',
  'x-original-to',
  'x-envelope-from',
  'resent-from',
  'resent-sender',
  'resent-to',
  'resent-cc',
]);

/** Header fields with signatures; the tags that say who signed how are kept, not the copied header fields (`z`). */
const SIGNATURE_FIELDS: ReadonlySet<string> = new Set([
  'dkim-signature',
  'domainkey-signature',
  'x-google-dkim-signature',
  'arc-message-signature',
  'arc-seal',
]);
const SIGNATURE_TAG = /^\s*(v|a|c|d|s|h|t|x|q|l|i|cv)\s*=(.*)$/i;

/** Header fields about how the message came and was checked. */
const TRACE_FIELDS: ReadonlySet<string> = new Set([
  'received',
  'received-spf',
  'authentication-results',
  'arc-authentication-results',
  'x-received',
]);

/** Header fields that name nobody. */
const PLAIN_FIELDS: ReadonlySet<string> = new Set([
  'date',
  'mime-version',
  'content-transfer-encoding',
  'auto-submitted',
  'precedence',
  'user-agent',
  'x-mailer',
]);

/** Replaces everything that may name a person; redacting what is redacted changes nothing. */
export function redactFailure(report: FailureReport): FailureReport {
  return {
    ...report,
    userAgent: orNull(report.userAgent, redactText),
    reportingMta: orNull(report.reportingMta, redactText),
    reportedUri: report.reportedUri.map(redactUri),
    originalEnvelopeId: orNull(report.originalEnvelopeId, redactText),
    originalMailFrom: orNull(report.originalMailFrom, redactPath),
    originalRcptTo: report.originalRcptTo.map(redactPath),
    authenticationResults: report.authenticationResults.map(redactTrace),
    dkimIdentity: orNull(report.dkimIdentity, redactText),
    dkimSelector: orNull(report.dkimSelector, redactText),
    dkimSelectorDns: orNull(report.dkimSelectorDns, redactText),
    dkimAdspDns: orNull(report.dkimAdspDns, redactText),
    spfDns: orNull(report.spfDns, redactText),
    // Base64 of the message's own header and body.
    dkimCanonicalizedHeader: null,
    dkimCanonicalizedBody: null,
    headers: report.headers.map(redactHeader),
    body: null,
    redacted: true,
    otherFields: report.otherFields.map(redactOther),
  };
}

function redactHeader({ name, value }: Field): Field {
  const key = name.toLowerCase();
  if (value === '') return { name, value };
  if (ADDRESS_FIELDS.has(key)) return { name, value: redactAddresses(value) };
  if (TRACE_FIELDS.has(key)) return { name, value: redactTrace(value) };
  if (PLAIN_FIELDS.has(key)) return { name, value: redactText(value) };
  if (SIGNATURE_FIELDS.has(key)) return { name, value: redactSignature(value) };
  if (key === 'message-id') return { name, value: redactMessageId(value) };
  // Parameters can hold file names.
  if (key === 'content-type') return { name, value: /^[\w.+-]+\/[\w.+-]+/.exec(value)?.[0] ?? REDACTED };
  return { name, value: REDACTED };
}

function redactOther({ name, value }: Field): Field {
  if (name.toLowerCase() === 'message-id') return { name, value: redactMessageId(value) };
  return { name, value: value === '' ? '' : redactAddresses(value) };
}

function redactAddresses(value: string): string {
  return settled(value, redactAddressesOnce);
}

/** The addresses of a text without their local parts and without the text; a bare word where there are none. */
function redactAddressesOnce(value: string): string {
  if (/^\s*<\s*>\s*$/.test(value)) return '<>';
  const domains = [...value.matchAll(ADDRESS)].map((match) => `${REDACTED}@${match[2] ?? ''}`);
  return domains.length === 0 ? REDACTED : [...new Set(domains)].join(', ');
}

/**
 * A quoted or bare local part, and the domain or address literal behind the @. A bare one starts where nothing of it
 * stands before, so that a long text is looked through once.
 */
const ADDRESS =
  /("(?:[^"\\]|\\.){0,128}"|(?<![^\s<>()[\]",;:@])[^\s<>()[\]",;:@]+)@\s?(\[[^\]\s]{0,64}\]|[\p{L}\p{N}._-]*)/gu;

/** What may stand before an address without a space in fields about authentication, and is no part of it. */
const LABEL =
  /^(?:(?:smtp|header|policy|body)\.[\w-]+|envelope-(?:from|to)|x-sender|mailfrom|mail-from|rcptto|identity|sender|address|from|to|for|i)=/i;

function redactText(value: string): string {
  return settled(value, redactTextOnce);
}

/** Texts made of nothing but @ and quotes need more than one go before nothing changes. */
function settled(value: string, redact: (value: string) => string): string {
  let settling = value;
  for (let i = 0; i < MOST_GOES; i++) {
    const next = redact(settling);
    if (next === settling) return settling;
    settling = next;
  }
  return REDACTED;
}

const MOST_GOES = 8;

function redactTextOnce(value: string): string {
  return value.replace(ADDRESS, (_, local: string, domain: string) => {
    return `${LABEL.exec(local)?.[0] ?? ''}${REDACTED}@${domain}`;
  });
}

function redactTrace(value: string): string {
  return settled(value, redactTraceOnce);
}

/** Comments may hold anything; those with a host and its address or the words of DMARC policies are kept. */
function redactTraceOnce(value: string): string {
  return redactTextOnce(withoutComments(value))
    .replace(/\b((?:smtp\.auth|auth|cert\.\w+)=)(?!redacted@)(?:"[^"]*"|[^\s;]+)/gi, `$1${REDACTED}`)
    .replace(/\s+/g, ' ')
    .trim();
}

const HARMLESS_COMMENT =
  /^\((?:(?:p|sp|np|dis|pct|policy|disposition)=[\w-]+(?:[,;\s]+|(?=\))))+\)$|^\((?:[\w.-]+\s*)?\[[0-9a-f.:]+\](?::\d+)?\)$|^\([0-9a-f]*[.:][0-9a-f.:]+\)$/i;

function withoutComments(value: string): string {
  let kept = '';
  let depth = 0;
  let start = 0;
  for (let i = 0; i < value.length; i++) {
    const character = value[i] ?? '';
    if (character === '(' && depth++ === 0) start = i;
    if (depth === 0) kept += character;
    if (character !== ')' || depth === 0) continue;
    depth--;
    const comment = value.slice(start, i + 1);
    if (depth === 0 && HARMLESS_COMMENT.test(comment)) kept += comment;
  }
  return kept;
}

function redactPath(value: string): string {
  if (value === '<>') return value;
  return redactAddresses(value);
}

/** Scheme and host; paths and queries often tell who was written to. */
function redactUri(value: string): string {
  const web = /^([a-z][a-z\d+.-]*):\/\/(?:[^/?#\s]*@)?([^/?#\s@]+)/i.exec(value);
  if (web) return redactText(`${web[1]}://${web[2]}/`);
  return redactAddresses(value.replace(/^mailto:/i, '')).replace(
    /^/,
    /^mailto:/i.test(value) ? 'mailto:' : '',
  );
}

function redactSignature(value: string): string {
  return value
    .split(';')
    .flatMap((tag) => {
      const [, name, content = ''] = SIGNATURE_TAG.exec(tag) ?? [];
      return name === undefined ? [] : [`${name}=${redactText(content.trim())}`];
    })
    .join('; ');
}

/** The domain stays; the local part, which some programs make of user names, becomes a hash. */
function redactMessageId(value: string): string {
  const match = /^<?([^<>@\s]+)@\s*([^<>@\s]+)>?$/.exec(value);
  if (match?.[1] === undefined || match[2] === undefined) return REDACTED;
  const local = HASHED.test(match[1])
    ? match[1]
    : `${REDACTED}.${hash('sha256', match[1]).slice(0, HASH_DIGITS)}`;
  return `<${local}@${match[2]}>`;
}

const HASHED = new RegExp(`^${REDACTED}\\.[0-9a-f]{${HASH_DIGITS}}$`);

function orNull(value: string | null, redact: (value: string) => string): string | null {
  return value === null ? null : redact(value);
}
