import { cutText } from '../text.js';
import { readFields, type Field } from './fields.js';
import type { FailureParts } from './read.js';

/** Characters of a mail's text in which a text-only report says what it is. */
const LOOKED_AT = 20_000;

const CLAIM = /a message claiming to be from you has failed/i;
const ABUSE =
  /email abuse report for an email message received from (?:the )?IP(?: address)?\s+(\S+?)[,.]?\s+on\s+(.{10,60}?)\.?\s*$/im;
const DMARC = /\bDMARC\s+policy\b/i;
const SUBJECT = /\bDMARC failure report for ([a-z\d_-]+(?:\.[a-z\d_-]+)+)/i;

/** What a mail without a feedback-report part says in its subject and texts. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
  /** An attached message, or its header. */
  readonly message: string | null;
}

/**
 * A failure report written for people alone, as fields of RFC 5965 that say the same; null where the text is none.
 * Known are "A message claiming to be from you has failed …" with lines of keys and values, and the sentence of
 * "This is an email abuse report for an email message received from IP …".
 */
export function readTextOnly(mail: MailText, valueLength: number): FailureParts | null {
  const text = cutText(mail.text, LOOKED_AT);
  const abuse = ABUSE.exec(text);
  const isClaim = CLAIM.test(text);
  const subject = SUBJECT.exec(mail.subject);
  if (!isClaim && !(abuse && DMARC.test(text)) && !(subject && mail.message !== null)) return null;

  const fields: Field[] = [
    { name: 'Feedback-Type', value: 'auth-failure' },
    { name: 'Auth-Failure', value: 'dmarc' },
  ];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') fields.push({ name, value: cutText(value.trim(), valueLength) });
  };
  if (isClaim) addKeyed(text, add);
  if (abuse) {
    add('Source-IP', abuse[1]);
    add('Arrival-Date', abuse[2]);
  }
  if (subject) {
    add('Reported-Domain', subject[1]);
    if (!abuse && !isClaim) add('Source-IP', /\bip[=:]\s*([\da-f.:]+)/i.exec(mail.subject)?.[1]);
    add('Original-Mail-From', /mail-from[=:]\s*([^\s,()]+@[^\s,()]+)/i.exec(mail.subject)?.[1]);
  }
  return { fields, message: mail.message ?? copiedHeader(mail.text, valueLength) };
}

function addKeyed(text: string, add: (name: string, value: string | undefined) => void): void {
  const value = (key: string): string | undefined =>
    new RegExp(`^[ \\t]*${key}[ \\t]*:[ \\t]*(.+)$`, 'im').exec(text)?.[1]?.trim();
  add('Reported-Domain', value('Sender Domain'));
  add('Source-IP', value('Sender IP Address'));
  add('Arrival-Date', value('Received Date'));
  add('DMARC-Results', value('DMARC Results'));
  const spf = value('SPF Alignment');
  const dkim = value('DKIM Alignment');
  if (spf === undefined && dkim === undefined) return;
  // The field names the mechanisms that failed (RFC 9991 §4).
  const failed = [/^no/i.test(dkim ?? '') ? 'dkim' : '', /^no/i.test(spf ?? '') ? 'spf' : ''].filter(Boolean);
  add('Identity-Alignment', failed.join(', ') || 'none');
}

/** The header that such a text ends with, after a line of dashes or an empty one. */
function copiedHeader(text: string, valueLength: number): string | null {
  const start =
    /\n[ \t]*\r?\n((?:Received|Return-Path|Authentication-Results|DKIM-Signature|From|X-[\w-]+|ARC-[\w-]+):)/i.exec(
      text,
    );
  if (!start?.[1]) return null;
  const header = text.slice(start.index + start[0].length - start[1].length);
  const { fields } = readFields(header, valueLength);
  return fields.some((field) => field.name.toLowerCase() === 'from') ? header : null;
}
