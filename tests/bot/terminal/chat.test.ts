import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../../src/bot/command.js';
import { boundedLines } from '../../../src/bot/terminal/lines.js';
import { chat, complete } from '../../../src/bot/terminal/platform.js';
import { wantsColour } from '../../../src/bot/characters/style.js';
import { commands, contextFor } from '../support/shop.js';

/** A script on standard input, and what was written. */
async function run(
  script: string,
  list: readonly Command[] = commands,
): Promise<{ answered: number; text: string }> {
  const output = new PassThrough();
  const written: Buffer[] = [];
  output.on('data', (chunk: Buffer) => written.push(chunk));
  const input = Readable.from([Buffer.from(script)]);

  const answered = await chat({ input, output, colour: false }, contextFor().context, list);

  return { answered, text: Buffer.concat(written).toString() };
}

/** A terminal with keys pressed by `type`. */
function terminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true as const, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: true as const, columns: 80 });
  let text = '';
  const waiting: { part: string; resolve: () => void }[] = [];
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    for (const each of waiting) if (text.includes(each.part)) each.resolve();
  });
  const shows = (part: string) =>
    text.includes(part) ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ part, resolve }));
  return { input, output, shows, text: () => text };
}

describe('the chat without a terminal', () => {
  it('answers commands in order until the input ends', async () => {
    const { answered, text } = await run('summary example.com\n\n# a comment\nsource 192.0.2.1');

    expect(answered).toBe(2);
    expect(text.indexOf('› summary example.com')).toBeLessThan(text.indexOf('✔ Summary'));
    expect(text.indexOf('✔ Summary')).toBeLessThan(text.indexOf('› source 192.0.2.1'));
    expect(text).not.toContain('dmarc>');
    expect(text).not.toContain('\u001b');
  });

  it('a number presses a button of the last card', async () => {
    const { text } = await run('summary example.com\n1\n');

    expect(text).toContain('› source 192.0.2.1');
    expect(text).toContain('✔ Source');
  });

  it('a number without a button is told so', async () => {
    const { answered, text } = await run('1\nsummary example.com\n7\n');

    expect(answered).toBe(1);
    expect(text).toContain('The last answer has no choices; there is no 1.');
    expect(text).toContain('Choices are 1 to 2; there is no 7.');
  });

  it.each(['exit', 'quit', 'EXIT', '/quit'])('%s leaves', async (word) => {
    const { answered } = await run(`summary\n${word}\nsummary\n`);

    expect(answered).toBe(1);
  });

  it('a line of 4,001 characters is refused, and the next one answered', async () => {
    const { answered, text } = await run(`${'x'.repeat(4_001)}\nsummary\n`);

    expect(answered).toBe(1);
    expect(text).toContain('That line is too long: at most 4000 characters are read.');
  });

  it('says that work goes on when an answer takes over a second', async () => {
    const slow = commands.map((each) =>
      each.name === 'help'
        ? {
            ...each,
            operation: { ...each.operation, run: () => new Promise((done) => setTimeout(done, 1_200)) },
          }
        : each,
    );

    const { text } = await run('help\nsummary\n', slow);

    expect(text.match(/working on it …/g)).toHaveLength(1);
  });

  it('ends quietly when the reader of its output has gone away', async () => {
    const output = new PassThrough();
    output.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));

    const answered = await chat(
      { input: Readable.from(['summary\n', 'summary\n']), output, colour: false },
      contextFor().context,
      commands,
    );

    expect(answered).toBe(0);
  });
});

describe('the chat in a terminal', () => {
  it('prompts, answers, and leaves when the input ends (Ctrl-D)', async () => {
    const { input, output, shows, text } = terminal();
    const done = chat({ input, output, colour: true }, contextFor().context, commands);
    await shows('dmarc> ');

    input.write('summary example.com\r');
    await shows('Summary');
    input.write('1\r');
    await shows('› source 192.0.2.1');
    input.write('\u0004');

    expect(await done).toBe(2);
    expect(text()).toContain('\u001b[32m✔ Summary');
    await new Promise((resolve) => setImmediate(resolve));
    expect(text().endsWith('\n')).toBe(true);
  });

  it('leaves on Ctrl-C', async () => {
    const { input, output, shows } = terminal();
    const done = chat({ input, output, colour: false }, contextFor().context, commands);
    await shows('dmarc> ');

    input.write('\u0003');

    expect(await done).toBe(0);
  });

  it('completes the names of commands', () => {
    expect(complete('s', commands)[0]).toEqual(['summary', 'source']);
    expect(complete('/dmarc cl', commands)).toEqual([['claim'], 'cl']);
  });

  it('paints for a terminal unless NO_COLOR asks it not to', () => {
    expect(wantsColour(true, { noColour: false })).toBe(true);
    expect(wantsColour(true, { noColour: true })).toBe(false);
    expect(wantsColour(false, { noColour: false })).toBe(false);
  });
});

async function readLines(...chunks: (Buffer | string)[]): Promise<(string | null)[]> {
  const lines: (string | null)[] = [];
  for await (const line of boundedLines(Readable.from(chunks))) lines.push(line);
  return lines;
}

async function* flood() {
  for (let at = 0; at < 8_000; at += 1) yield 'x'.repeat(65_536);
  yield '\nhelp\n';
}

describe('lines of input', () => {
  it('may be cut anywhere by chunks, even inside a letter', async () => {
    const [first, second] = [Buffer.from('mün').subarray(0, 2), Buffer.from('mün').subarray(2)];

    expect(await readLines(first, second, '\r\nb', 'c\n\nd')).toEqual(['mün', 'bc', '', 'd']);
  });

  it('are not gathered in memory beyond what a command may be', async () => {
    const before = process.memoryUsage().heapUsed;
    const lines: (string | null)[] = [];

    for await (const line of boundedLines(flood())) lines.push(line);

    expect(lines).toEqual([null, 'help']);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(256 * 1024 * 1024);
  });
});
