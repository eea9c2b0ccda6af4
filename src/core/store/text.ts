import { wellFormed } from '../report/text.js';

/** PostgreSQL's text holds UTF-8 without NUL: U+FFFD takes the place of what it cannot hold. */
export function storable(text: string): string {
  return wellFormed(text).replaceAll('\0', '\uFFFD');
}

/**
 * What JSON.stringify gave, as JSONB takes it: escapes of NUL and of halves of surrogate pairs became U+FFFD. Whole
 * pairs are never escaped there, and a literal `\\u0000` is left alone.
 */
export function storableJsonText(json: string): string {
  if (!/\\u(?:0000|d[89a-f])/u.test(json)) return json;
  return json.replaceAll(/\\(?:u0000|ud[89a-f][\da-f]{2}|.)/gu, (escape) =>
    escape.length > 2 ? '\uFFFD' : escape,
  );
}
