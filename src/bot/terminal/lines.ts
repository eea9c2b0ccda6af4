import { LONGEST_TEXT } from '../words.js';

/** A line of input; `null` stands for one that is longer than any command. */
export type Line = string | null;

/**
 * Lines of a stream of text, in order. Of a line that is too long no more than its limit is held in memory, and
 * `null` comes in its place.
 */
export async function* boundedLines(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<Line> {
  const decoder = new TextDecoder();
  let line = '';
  let tooLong = false;
  const grow = (text: string) => {
    if (line.length + text.length > LONGEST_TEXT) tooLong = true;
    else line += text;
  };
  const finish = (): Line => {
    const done = tooLong ? null : line.replace(/\r$/, '');
    line = '';
    tooLong = false;
    return done;
  };
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const [first = '', ...others] = text.split('\n');
    grow(first);
    for (const other of others) {
      yield finish();
      grow(other);
    }
  }
  if (line !== '' || tooLong) yield finish();
}
