/** The first `limit` characters of a text, without half a surrogate pair at their end. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit);
}

/** Text that UTF-8 can hold: U+FFFD takes the place of every half of a surrogate pair. */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Cs}/gu, '\uFFFD');
}

/** The same text in memory of its own: one that was cut out of another keeps all of that alive. */
export function ownText(text: string): string {
  return Buffer.from(text).toString();
}
