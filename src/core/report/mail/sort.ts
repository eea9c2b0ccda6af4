import { detect } from '../container/detect.js';
import type { FailureParts } from '../failure/read.js';
import { readFields, textOfBytes } from '../failure/fields.js';
import { readTextOnly } from '../failure/text-only.js';
import type { Limits } from '../limits.js';
import type { Mail, Part } from './parts.js';

/** Bytes of a text for people that are looked at; a report that is one has some thousand. */
const TEXT_BYTES = 256 * 1024;
/** Bytes of a reported message that are looked at: its header, and more of its body than is kept. */
const MESSAGE_BYTES = 2 * 1024 * 1024;

export interface Member {
  readonly part: Part;
  /** Name by which people may know it; '' where it has none. */
  readonly name: string;
  /** Counts all parts of the mail from 1. */
  readonly number: number;
}

/** What a mail holds that matters here. */
export interface MailContent {
  /** Failure reports, each with the message that it is about. */
  readonly failures: readonly FailureParts[];
  /** Whether a failure report was made of text for people. */
  readonly textOnly: boolean;
  /** Parts that are, or hold, reports or other mails. */
  readonly members: readonly Member[];
  /** Whether a part is signed or encrypted by S/MIME as a whole (RFC 8551 §3.2). */
  readonly smime: boolean;
}

/** Sorts the parts of a mail. Texts, pictures, signatures and the like are passed over. */
export function sortParts(mail: Mail, limits: Limits): MailContent {
  const failures: { fields: FailureParts['fields']; message: string | null }[] = [];
  const members: { part: Part; number: number }[] = [];
  let smime = false;
  for (const [index, part] of mail.parts.entries()) {
    const last = failures.at(-1);
    if (isFeedback(part)) {
      const { fields } = readFields(textOfBytes(part.bytes().subarray(0, MESSAGE_BYTES)), limits.textLength);
      failures.push({ fields, message: null });
    } else if (isMessage(part) && last?.message === null) {
      last.message = textOfBytes(part.bytes().subarray(0, MESSAGE_BYTES));
    } else if (/^application\/(?:x-)?pkcs7-mime$/.test(part.mimeType)) {
      smime = true;
    } else if (isMember(part)) {
      members.push({ part, number: index + 1 });
    }
  }
  if (failures.length > 0) return { failures, textOnly: false, members: named(members, true), smime };

  const textOnly = textOnlyFailure(mail, limits);
  if (textOnly === null) return { failures, textOnly: false, members: named(members, false), smime };
  return {
    failures: [textOnly],
    textOnly: true,
    members: named(
      members.filter(({ part }) => !isMessage(part)),
      true,
    ),
    smime,
  };
}

/**
 * Mail programs name an attached mail by its subject, which can be personal: mails are told by numbers, and beside
 * a failure report only those parts by their names that are named as reports.
 */
function named(members: readonly Omit<Member, 'name'>[], besideFailure: boolean): Member[] {
  let mails = 0;
  return members.map(({ part, number }) => {
    const own = part.name ?? '';
    if (isMessage(part) || detect(part.head()).type === 'mail')
      return { part, number, name: `mail ${++mails}` };
    return { part, number, name: besideFailure && !REPORT_NAME.test(own) ? '' : own };
  });
}

function textOnlyFailure(mail: Mail, limits: Limits): FailureParts | null {
  const texts = mail.parts.filter((part) => part.mimeType === 'text/plain');
  const message = mail.parts.find(isMessage);
  return readTextOnly(
    {
      subject: mail.subject,
      text: texts.map((part) => textOfBytes(part.bytes().subarray(0, TEXT_BYTES))).join('\n'),
      message: message ? textOfBytes(message.bytes().subarray(0, MESSAGE_BYTES)) : null,
    },
    limits.textLength,
  );
}

function isFeedback(part: Part): boolean {
  if (part.mimeType === 'message/feedback-report') return true;
  return !isMessage(part) && /^\s*feedback-type[ \t]*:/i.test(headOf(part));
}

function isMessage(part: Part): boolean {
  return /^(?:message\/(?:rfc822|global|rfc822-headers|global-headers)|text\/rfc822-headers)$/.test(
    part.mimeType,
  );
}

/** Types of parts that are no report, whatever they look like: SVG pictures are XML, invitations look like mails. */
const OTHER_TYPES =
  /^(?:image|audio|video|font)\/|^text\/(?:html|calendar|css|vcard|x-vcard|rfc822-headers)$|signature$/;
/** Parts that were meant to be a report, by name or type; where they are none, people should know. */
const MEANT_AS_REPORT = /gzip|zip|xml|json|tlsrpt/;
const REPORT_NAME = /\.(?:xml|json|gz|gzip|zip|tgz|bz2|xz)$/i;

/** What a report has near its start, and a text about one hardly. */
const REPORT_TEXT = /<\?xml\s|<(?:\w+:)?feedback[\s>]|"(?:organization-name|report-id|date-range|policies)"/;

/** Characters of any encoding, without the NULs that UTF-16 has between them. */
function headOf(part: Part): string {
  return Buffer.from(part.head()).toString('latin1').replaceAll('\0', '');
}

function isMember(part: Part): boolean {
  if (OTHER_TYPES.test(part.mimeType)) return false;
  if (/^message\/(?:rfc822|global)$/.test(part.mimeType)) return true;
  const kind = detect(part.head());
  switch (kind.type) {
    case 'mail':
      return !part.mimeType.startsWith('text/') && !part.mimeType.startsWith('message/');
    case 'html':
      return false;
    case 'unknown':
    case 'empty':
      return MEANT_AS_REPORT.test(part.mimeType) || REPORT_NAME.test(part.name ?? '');
    case 'foreign':
      return kind.archive;
    case 'xml':
    case 'json':
      // Texts start with links in angle brackets and with marks such as [EXTERNAL].
      return (
        part.mimeType !== 'text/plain' || REPORT_NAME.test(part.name ?? '') || REPORT_TEXT.test(headOf(part))
      );
    default:
      return true;
  }
}
