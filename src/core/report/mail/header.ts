import { decodeWords } from 'postal-mime';
import { LimitError } from '../limits.js';
import type { ProblemList } from '../problems.js';
import { cutText } from '../text.js';
import { readParameters, type Parameters } from './parameters.js';

/** Bytes of one header; real ones have some ten thousand. */
const HEADER_BYTES = 256 * 1024;

/** Characters of a subject that are looked at. */
const SUBJECT_LENGTH = 1_000;

/** Bytes of a mail or part. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What a header says about the part below it, and where that starts. */
export interface PartHeader {
  /** First byte of the body. */
  readonly body: number;
  /** Lower case; the usual one where the header says nothing. */
  readonly mimeType: string;
  readonly boundary: string | null;
  /** File name, decoded; null where there is none. */
  readonly name: string | null;
  /** Of the transfer, lower case: `base64`, `quoted-printable`, or anything else for as it is. */
  readonly encoding: string;
  readonly subject: string;
}

/**
 * The header at the start of a mail or part (RFC 5322 §2.2, RFC 2045 §3). Misspelt names are read as meant, with a
 * problem. `usual` is the type of parts that name none: text/plain but for digests (RFC 2045 §5.2). Throws LimitError where it has no end.
 */
export function readHeader(mail: Buffer, range: Range, usual: string, problems: ProblemList): PartHeader {
  const { text, body } = headerText(mail, range);
  const fields = new Map<string, string>();
  for (const line of text.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const written = line.slice(0, colon).trim().toLowerCase();
    const name = MISSPELT.test(written) ? written.replace(MISSPELT, asMeant) : written;
    if (name !== written)
      problems.add(
        'mail-header-repaired',
        'A header field of the mail is misspelt, such as ContentType; read as meant.',
      );
    // The first one counts where there are several, as in other readers.
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  const type = readParameters(fields.get('content-type') ?? '');
  return {
    body,
    mimeType: /^[\w.+-]+\/[\w.+-]+$/.test(type.value) ? type.value : usual,
    boundary: type.parameters.get('boundary') ?? null,
    name: nameOf(type, readParameters(fields.get('content-disposition') ?? '')),
    encoding: /[\w-]+/.exec(fields.get('content-transfer-encoding') ?? '')?.[0].toLowerCase() ?? '',
    subject: decodeWords(cutText(fields.get('subject') ?? '', SUBJECT_LENGTH)),
  };
}

function headerText(mail: Buffer, { start, end }: Range): { text: string; body: number } {
  const window = mail.subarray(start, Math.min(end, start + HEADER_BYTES));
  // A part without header starts with an empty line; one that forgot that has no field in its first line.
  const first = /^\r?\n/.exec(window.toString('latin1', 0, 2));
  if (first) return { text: '', body: start + first[0].length };
  if (!/^(?:>?From |[!-9;-~]+[ \t]*:|content[ _])/i.test(window.toString('latin1', 0, 200)))
    return { text: '', body: start };
  const lf = window.indexOf('\n\n');
  const crlf = window.indexOf('\n\r\n');
  const length = lf < 0 ? crlf : crlf < 0 ? lf : Math.min(lf, crlf);
  if (length >= 0)
    return { text: decode(window.subarray(0, length)), body: start + length + (length === crlf ? 3 : 2) };
  if (start + HEADER_BYTES < end)
    throw new LimitError('limit-mail-header', 'The header of the mail is too long; it was not read.');
  return { text: decode(window), body: end };
}

function decode(bytes: Buffer): string {
  // Names of files come as UTF-8 too (RFC 6532); what is not UTF-8 is of no use here.
  return bytes.toString('utf8');
}

/** Field names as reporters' own code writes them; without them a mail is one text without end. */
const MISSPELT = /^content[ _]?(type|transfer[ _-]?encoding|disposition)$/;

function asMeant(_: string, rest: string): string {
  return `content-${rest.replace(/^transfer.?encoding$/, 'transfer-encoding')}`;
}

function nameOf(type: Parameters, disposition: Parameters): string | null {
  const name = disposition.parameters.get('filename') ?? type.parameters.get('name');
  return name === undefined || name === '' ? null : decodeWords(name);
}
