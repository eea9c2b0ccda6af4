import type { XmlStyle } from './xml-style.js';

/** Collects the elements of one document in a reporter's style. */
export interface XmlLines {
  /** The element's name with the prefix in use. */
  name(name: string): string;
  inside(name: string, content: () => void, attributes?: string): void;
  /** A value that the schemas require: an empty element where there is none. */
  required(name: string, value: string | null): void;
  /** Nothing, or an empty element, where there is no value: the style says which. */
  optional(name: string, value: string | null): void;
  /** As `required` and `optional`, for the standards' own words, whose case is a matter of style. */
  requiredWord(name: string, value: string | null): void;
  word(name: string, value: string | null): void;
  /** A line as it is. */
  raw(xml: string): void;
  /** How many lines wait. */
  readonly waiting: number;
  /** The lines since the last call as text that follows what was taken before; an empty text where there are none. */
  take(): string;
}

/** What XML 1.0 §2.2 does not allow in any form. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
const SPECIAL = /[&<>\r]/;
/** Beyond ISO-8859-1, or read as windows-1252 by nearly everybody (WHATWG Encoding, label iso-8859-1). */
const BEYOND_LATIN_1 = /[\u{80}-\u{9F}\u{100}-\u{10FFFF}]/gu;

function escaped(value: string, style: XmlStyle): string {
  const allowed = value.replace(FORBIDDEN, '');
  const ampersands = style.ampersand === 'bare' ? /&(?!\s)/g : /&/g;
  const safe = SPECIAL.test(allowed)
    ? allowed
        .replace(ampersands, '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('\r', '&#13;')
    : allowed;
  return style.encoding === 'iso-8859-1' ? referenced(safe) : safe;
}

/** Characters that the encoding has no bytes for as references, which stand for them in any text. */
function referenced(xml: string): string {
  return xml.replace(BEYOND_LATIN_1, (character) => `&#x${character.codePointAt(0)?.toString(16)};`);
}

/** `languages` gives the lang attribute of elements by their name (RFC 9990 §3.1.1). */
export function xmlLines(
  style: XmlStyle,
  prefix: string | null,
  languages: Readonly<Record<string, string>>,
): XmlLines {
  let lines: string[] = [];
  let isFirst = true;
  const separator = style.indent === null ? '' : style.newline;
  const indents: string[] = [''];
  let indent = '';
  let depth = 0;
  const full = (name: string): string => (prefix === null ? name : `${prefix}:${name}`);

  function step(by: 1 | -1): void {
    depth += by;
    indents[depth] ??= (style.indent ?? '').repeat(depth);
    indent = indents[depth] ?? '';
  }

  function leaf(name: string, value: string | null): void {
    const lang = languages[name] === undefined ? '' : ` lang="${escaped(languages[name], style)}"`;
    const text = value === null ? '' : style.padding + escaped(value, style) + style.padding;
    lines.push(`${indent}<${full(name)}${lang}>${text}</${full(name)}>`);
  }

  const optional = (name: string, value: string | null): void => {
    if (value !== null || style.absent === 'empty') leaf(name, value);
  };
  const cased = (value: string | null): string | null =>
    style.words === 'upper' ? (value?.toUpperCase() ?? null) : value;

  return {
    name: full,
    inside(name, content, attributes = '') {
      lines.push(`${indent}<${full(name)}${attributes}>`);
      step(1);
      content();
      step(-1);
      lines.push(`${indent}</${full(name)}>`);
    },
    required: leaf,
    optional,
    requiredWord: (name, value) => leaf(name, cased(value)),
    word: (name, value) => optional(name, cased(value)),
    raw: (xml) => lines.push(indent + (style.encoding === 'iso-8859-1' ? referenced(xml) : xml)),
    get waiting() {
      return lines.length;
    },
    take() {
      if (lines.length === 0) return '';
      const text = (isFirst ? '' : separator) + lines.join(separator);
      isFirst = false;
      lines = [];
      return text;
    },
  };
}
