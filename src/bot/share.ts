import type { Audience } from './platform.js';
import { readWords, writeWords } from './words.js';

/** Reads `share` before a command, which shows its answer to the channel. */
export function readShare(
  words: string,
  wished: Audience,
): { readonly text: string; readonly audience: Audience } {
  const read = readWords(words);
  if (read.error !== null) return { text: words, audience: wished };
  const [first, ...rest] = read.words;
  if (first?.text.toLowerCase() !== 'share' || first.quoted) return { text: words, audience: wished };
  if (rest.length === 0 && read.options.length === 0) return { text: words, audience: 'asker' };
  const line = words.replace(/^\s*(?:\/dmarc\s+)?share\s+/iu, '');
  return {
    text:
      line === words
        ? writeWords(
            rest.map(({ text }) => text),
            read.options,
          )
        : line,
    audience: 'channel',
  };
}
