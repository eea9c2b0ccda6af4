import PostalMime from 'postal-mime';
import { UnpackError } from '../container/unpack-error.js';
import { LimitError, type Limits } from '../limits.js';
import type { ProblemList } from '../problems.js';
import { checkParts } from './scan.js';

/** Multiparts inside multiparts of one message; real mails have four or so. */
const PART_DEPTH = 32;
/** Bytes of all header fields of one message; postal-mime's own default. */
const HEADER_BYTES = 2 * 1024 * 1024;

export interface Part {
  /** File name, or null. */
  readonly name: string | null;
  /** Lower case, without parameters; `text/plain` where the mail says nothing. */
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

export interface Mail {
  readonly subject: string;
  /** The leaves of the mail in their order, decoded; attached messages are leaves. */
  readonly parts: readonly Part[];
}

/** Takes a mail apart (RFC 5322, RFC 2045 to 2047). Throws LimitError and UnpackError. */
export async function readMailParts(bytes: Uint8Array, limits: Limits, problems: ProblemList): Promise<Mail> {
  checkHeader(bytes);
  checkParts(bytes, limits);
  const mail = repair(withoutMboxLine(bytes), problems);
  const parser = new PartsParser({
    // Attached messages are taken apart by us, one layer deeper each.
    forceRfc822Attachments: true,
    maxNestingDepth: PART_DEPTH,
    maxHeadersSize: HEADER_BYTES,
  });
  // Given a whole ArrayBuffer, it makes no copy.
  const whole = mail.byteLength === mail.buffer.byteLength ? mail.buffer : mail;
  const email = await parser.parse(whole as ArrayBuffer | Uint8Array).catch((error: unknown) => {
    throw translate(error);
  });
  if (email.attachments.length > limits.entries)
    throw new LimitError('limit-entries', `The mail has more than ${limits.entries} parts and was not read.`);
  return {
    subject: email.subject ?? '',
    parts: email.attachments.map((part) => ({
      name: part.filename,
      mimeType: part.mimeType,
      bytes: typeof part.content === 'string' ? Buffer.from(part.content) : new Uint8Array(part.content),
    })),
  };
}

/**
 * Gives the texts of a mail as parts like all others. A report that a mail holds as text is else joined with the
 * texts beside it and decoded by the charset of the mail, where XML says its own. postal-mime has no option for it.
 */
class PartsParser extends PostalMime {
  isInlineTextNode(): boolean {
    return false;
  }
}

function checkHeader(bytes: Uint8Array): void {
  if (bytes.length <= HEADER_BYTES) return;
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  if (!start.includes('\n\r\n') && !start.includes('\n\n')) throw headerTooLong();
}

function headerTooLong(): LimitError {
  return new LimitError('limit-mail-header', 'The header of the mail is too long; it was not read.');
}

/** The line with which mbox files start a mail (RFC 4155). */
function withoutMboxLine(bytes: Uint8Array): Uint8Array {
  const start = Buffer.from(bytes.subarray(0, 6)).toString('latin1');
  if (!/^>?From /.test(start)) return bytes;
  const end = bytes.indexOf(0x0a);
  return end < 0 ? bytes : bytes.subarray(end + 1);
}

/** Field names that reporters' own code writes wrongly; without them a mail is one text without end. */
const MISSPELT = /^(content)[ _]?(type|transfer[ _-]?encoding|disposition)([ \t]*:)/gim;

const PIECE = 1024 * 1024;
/** Characters of the longest such name with its colon. */
const LONGEST_NAME = 40;

function repair(bytes: Uint8Array, problems: ProblemList): Uint8Array {
  if (!isMisspelt(bytes)) return bytes;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  let repaired = false;
  const fixed = text.replace(MISSPELT, (_, content: string, rest: string, colon: string) => {
    repaired = true;
    return `${content}-${rest.replace(/^transfer.?encoding/i, 'Transfer-Encoding')}${colon}`;
  });
  if (!repaired) return bytes;
  problems.add(
    'mail-header-repaired',
    'A header field of the mail is misspelt, such as ContentType; read as meant.',
  );
  return Buffer.from(fixed, 'latin1');
}

/** Looks piece by piece: a mail of 60 MB is not to be in memory twice for a typo. */
function isMisspelt(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < text.length; at += PIECE) {
    MISSPELT.lastIndex = 0;
    if (MISSPELT.test(text.toString('latin1', at, at + PIECE + LONGEST_NAME))) return true;
  }
  return false;
}

function translate(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (/header size/i.test(error.message)) return headerTooLong();
  if (/nesting depth/i.test(error.message))
    return new LimitError('limit-nesting', 'The mail is nested too deeply and was not read.');
  return new UnpackError('mail-damaged', 'The mail is damaged and cannot be taken apart.');
}
