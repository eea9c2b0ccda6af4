/** PostgreSQL's text holds no NUL: U+FFFD takes its place. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}

/** JSON text whose escapes of NUL, which JSONB refuses, became U+FFFD. A literal `\\u0000` is left alone. */
export function withNulReplaced(json: string): string {
  if (!json.includes('\\u0000')) return json;
  return json.replaceAll(/\\(?:u0000|.)/gu, (escape) => (escape === '\\u0000' ? '\uFFFD' : escape));
}
