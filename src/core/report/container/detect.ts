import { findTar } from './tar-header.js';

/** What bytes are, judged by their first ones alone: names and MIME types of reports are often wrong. */
export type Kind =
  | { readonly type: 'gzip' | 'zip' | 'zlib' | 'bzip2' | 'xz' | 'tar' | 'base64' }
  | { readonly type: 'xml' | 'html' | 'json' | 'mail' | 'empty' | 'unknown' }
  /** A kind of file that is not read; `name` is what people call it. An archive could hold a report. */
  | { readonly type: 'foreign'; readonly name: string; readonly archive: boolean };

export type ContainerType = 'gzip' | 'zip' | 'zlib' | 'bzip2' | 'xz' | 'tar' | 'base64';

/** First bytes that `detect` looks at; enough for the header of a tar and for a mail that starts with a long line. */
export const HEAD_BYTES = 4096;

const FOREIGN: readonly (readonly [magic: string, name: string, archive: boolean])[] = [
  ['377abcaf271c', '7z archive', true],
  ['526172211a07', 'RAR archive', true],
  ['28b52ffd', 'Zstandard file', true],
  ['4c5a4950', 'lzip file', true],
  ['04224d18', 'LZ4 file', true],
  ['4d534346', 'cabinet archive', true],
  ['d0cf11e0a1b11ae1', 'Outlook message (.msg) or old Office document', false],
  ['25504446', 'PDF document', false],
];

/** Header fields that one of a mail's first lines has; a text with a colon in its first line is not yet a mail. */
const MAIL_FIELD =
  /^(?:received|return-path|delivered-to|from|to|cc|sender|subject|date|message-id|mime-version|content-?type|content-transfer-encoding|reply-to|dkim-signature|authentication-results|feedback-type|arc-[a-z-]+|x-[a-z0-9-]+)[ \t]*:/im;

/** Says what `head`, the first HEAD_BYTES of some bytes (or all of them where there are fewer), looks like. */
export function detect(head: Uint8Array): Kind {
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = head;
  if (head.length === 0) return { type: 'empty' };
  if (b0 === 0x3c) return textKind(head);
  if (b0 === 0x1f && b1 === 0x8b) return { type: 'gzip' };
  // PK with a local header, an end record (an empty zip) or the marker of a spanned one.
  if (b0 === 0x50 && b1 === 0x4b && b2 === b3 - 1 && (b2 === 3 || b2 === 5 || b2 === 7))
    return { type: 'zip' };
  if (
    startsWith(head, '425a68') &&
    (startsWith(head, '314159265359', 4) || startsWith(head, '177245385090', 4))
  )
    return { type: 'bzip2' };
  if (startsWith(head, 'fd377a585a00')) return { type: 'xz' };
  // RFC 1950: deflate, a window of 32 KB, no dictionary, and a header that is a multiple of 31.
  if (b0 === 0x78 && ((b0 << 8) | b1) % 31 === 0 && (b1 & 0x20) === 0 && !isAscii(head))
    return { type: 'zlib' };
  const foreign = FOREIGN.find(([magic]) => startsWith(head, magic));
  if (foreign) return { type: 'foreign', name: foreign[1], archive: foreign[2] };
  if (findTar(head)) return { type: 'tar' };
  return textKind(head);
}

function textKind(head: Uint8Array): Kind {
  const text = decodeHead(head).replace(/^[\s\0\ufeff]+/, '');
  // So much white space before something is XML's, where any: JSON writers put none.
  if (text === '') return { type: head.length < HEAD_BYTES ? 'empty' : 'xml' };
  if (text.startsWith('{') || text.startsWith('[')) return { type: 'json' };
  if (text.startsWith('<'))
    return { type: /^<(?:!doctype\s+html|html|head|body)\b/i.test(text) ? 'html' : 'xml' };
  if (isMail(text)) return { type: 'mail' };
  if (isBase64OfKnown(text)) return { type: 'base64' };
  // Gateways put text before the report; the reader of XML repairs and names that.
  if (/<\?xml\s|<(?:\w+:)?feedback[\s>]/.test(text)) return { type: 'xml' };
  return { type: 'unknown' };
}

/** `x^` is a header of zlib, and a way to start a text. */
function isAscii(head: Uint8Array): boolean {
  return head.subarray(0, 256).every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13));
}

function decodeHead(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le').decode(head);
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder('utf-16be').decode(head);
  // UTF-16 without a mark shows as a NUL beside the first ASCII letter.
  if (head[0] === 0x3c && head[1] === 0) return new TextDecoder('utf-16le').decode(head);
  if (head[0] === 0 && head[1] === 0x3c) return new TextDecoder('utf-16be').decode(head);
  return Buffer.from(head.buffer, head.byteOffset, head.length)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '');
}

function isMail(text: string): boolean {
  // "From " with a space starts a mail in an mbox file.
  const header = text.replace(/^>?From .*\r?\n/, '').split(/\r?\n\r?\n/, 1)[0] ?? '';
  return /^[!-9;-~]+[ \t]*:/.test(header) && MAIL_FIELD.test(header);
}

function isBase64OfKnown(text: string): boolean {
  const compact = text.replace(/\s+/g, '');
  if (compact.length < 16 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return false;
  const inner = detect(Buffer.from(compact, 'base64'));
  return inner.type !== 'unknown' && inner.type !== 'empty' && inner.type !== 'mail';
}

function startsWith(head: Uint8Array, hex: string, at = 0): boolean {
  const length = hex.length / 2;
  if (head.length < at + length) return false;
  for (let i = 0; i < length; i++) {
    if (head[at + i] !== Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)) return false;
  }
  return true;
}
