/** Characters that no XML document may hold (XML 1.0 §2.2), and halves of surrogate pairs. */
const FORBIDDEN =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const REFERENCE = /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi;
const BARE = /&(?!(?:#x[\da-f]{1,6}|#\d{1,7}|amp|lt|gt|quot|apos);)/gi;

const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text as it may stand in XML, and what had to be done for that. */
export interface Mended {
  readonly text: string;
  readonly hadForbidden: boolean;
  readonly hadBare: boolean;
}

/** Drops characters that XML forbids and writes `&amp;` for every `&` that starts no reference XML knows. */
export function mendText(text: string): Mended {
  const allowed = withoutForbidden(text);
  const whole = allowed.includes('&') ? allowed.replace(BARE, '&amp;') : allowed;
  return {
    text: whole.replaceAll('<', '&lt;'),
    hadForbidden: allowed.length !== text.length,
    hadBare: whole.length !== allowed.length,
  };
}

/** Text without the characters that XML forbids. */
export function withoutForbidden(text: string): string {
  return text.replace(FORBIDDEN, '');
}

/** Text with its references resolved: the five that XML predefines, and characters by number. */
export function resolveReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(REFERENCE, (whole: string, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return PREDEFINED[name.toLowerCase()] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return isAllowed(code) ? String.fromCodePoint(code) : '';
  });
}

/** XML 1.0 §2.2. */
function isAllowed(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}
