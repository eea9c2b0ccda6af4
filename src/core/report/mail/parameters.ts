import { cutText } from '../text.js';

/** A structured header value, such as that of Content-Type. */
export interface Parameters {
  /** Lower case. */
  readonly value: string;
  /** By name in lower case; the first one counts where there are several. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Characters of a value that are looked at; a boundary has 70 at most, a file name some hundred. */
const LONGEST = 8_000;
/** Sections of one parameter (RFC 2231 §3) that are joined. */
const MOST_SECTIONS = 50;

const PARAMETER = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s;"]*))/gs;

/** Reads a value with its parameters (RFC 2045 §5.1), also those in sections and with a charset (RFC 2231). */
export function readParameters(text: string): Parameters {
  const bounded = cutText(text, LONGEST);
  const raw = new Map<string, string>();
  for (const match of bounded.matchAll(PARAMETER)) {
    const [, name = '', quoted, bare = ''] = match;
    const key = name.toLowerCase();
    if (!raw.has(key)) raw.set(key, quoted === undefined ? bare : quoted.replace(/\\(.)/gs, '$1'));
  }
  const parameters = new Map<string, string>();
  for (const key of raw.keys()) {
    const name = key.replace(/\*.*$/, '');
    if (!parameters.has(name)) parameters.set(name, raw.get(name) ?? joined(raw, name));
  }
  const value = bounded.split(';', 1)[0]?.replace(/\([^()]*\)/g, '') ?? '';
  return { value: value.trim().toLowerCase(), parameters };
}

function joined(raw: ReadonlyMap<string, string>, name: string): string {
  const whole = raw.get(`${name}*`);
  if (whole !== undefined) return extended(whole);
  let text = '';
  let charset = 'utf-8';
  for (let section = 0; section < MOST_SECTIONS; section++) {
    const plain = raw.get(`${name}*${section}`);
    const encoded = raw.get(`${name}*${section}*`);
    if (plain === undefined && encoded === undefined) break;
    if (section === 0 && encoded !== undefined) charset = /^[^']*/.exec(encoded)?.[0] || charset;
    text += plain ?? extended(section === 0 ? (encoded ?? '') : `${charset}''${encoded ?? ''}`);
  }
  return text;
}

/** `charset'language'text`, its odd bytes as %XX. */
function extended(value: string): string {
  const [, charset = 'utf-8', text = value] = /^([^']*)'[^']*'(.*)$/s.exec(value) ?? [];
  const bytes = Buffer.from(
    text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  try {
    return new TextDecoder(charset || 'utf-8').decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}
