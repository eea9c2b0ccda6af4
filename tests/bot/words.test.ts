import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Words } from '../../src/bot/words.js';
import { LONGEST_TEXT, readWords, writeWords } from '../../src/bot/words.js';

function texts(read: Words): { words: string[]; options: Record<string, string> } {
  if (read.error !== null) throw new Error(read.error);
  return {
    words: read.words.map((word) => word.text),
    options: Object.fromEntries(read.options.map((option) => [option.name, option.value])),
  };
}

describe('command text', () => {
  it.each<[string, string[], Record<string, string>]>([
    ['summary example.com 30d', ['summary', 'example.com', '30d'], {}],
    ['/dmarc summary example.com', ['summary', 'example.com'], {}],
    ['/DMARC   summary', ['summary'], {}],
    ['/dmarc', [], {}],
    ['   ', [], {}],
    ['sources domain:example.com dkim:fail', ['sources'], { domain: 'example.com', dkim: 'fail' }],
    ['sources Domain: example.com', ['sources'], { domain: 'example.com' }],
    ['reports reporter:"Example Mail, Inc."', ['reports'], { reporter: 'Example Mail, Inc.' }],
    ["reports reporter:'Example Mail' x", ['reports', 'x'], { reporter: 'Example Mail' }],
    ['reports reporter:“Example Mail”', ['reports'], { reporter: 'Example Mail' }],
    ['reports reporter:„Example Mail“', ['reports'], { reporter: 'Example Mail' }],
    ['reports reporter:«Example Mail»', ['reports'], { reporter: 'Example Mail' }],
    ['reports reporter:‘Example Mail’', ['reports'], { reporter: 'Example Mail' }],
    ['report "a ""b"" c"', ['report', 'a "b" c'], {}],
    ["reporters O'Brien", ['reporters', "O'Brien"], {}],
    ['source 2001:db8::1', ['source', '2001:db8::1'], {}],
    ['source dead:beef::1', ['source', 'dead:beef::1'], {}],
    ['source dead:beef::/32', ['source', 'dead:beef::/32'], {}],
    ['source:2001:db8::1', [], { source: '2001:db8::1' }],
    ['ingest C:\\reports\\a.zip', ['ingest', 'C:\\reports\\a.zip'], {}],
    ['summary https://example.com/', ['summary', 'https://example.com/'], {}],
    ['summary domain:', ['summary'], { domain: '' }],
  ])('%s', (text, words, options) => {
    expect(texts(readWords(text))).toEqual({ words, options });
  });

  it('tells quoted words from others', () => {
    expect(readWords('report "30d" 30d')).toMatchObject({
      words: [{ quoted: false }, { text: '30d', quoted: true }, { text: '30d', quoted: false }],
    });
  });

  it('refuses a quote that is not closed, in one sentence', () => {
    expect(readWords('report "abc').error).toBe(
      'A quote is opened and not closed; close it, or leave it out.',
    );
  });

  it('refuses text that is too long', () => {
    expect(readWords('x'.repeat(LONGEST_TEXT)).error).toBeNull();
    expect(readWords('x'.repeat(LONGEST_TEXT + 1)).error).toContain('at most 4000 characters');
  });

  it('never throws', () => {
    const messy = fc.string({
      unit: fc.constantFrom('"', '“', '”', "'", '’', ':', 'a', ' ', '\n', '/', '\\', '\u0000', '\ud800'),
    });
    fc.assert(
      fc.property(fc.oneof(messy, fc.string({ unit: 'binary' })), (text) => {
        const read = readWords(text);

        expect(read.error === null || read.error.endsWith('.')).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('what is written is read back, whatever the words are', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({ unit: fc.constantFrom('"', '”', "'", ':', 'ab', ' ', '\t') }),
      fc.constantFrom('/dmarc', 'domain:x', '', 'dead:beef::1'),
    );
    const option = fc.record({ name: fc.stringMatching(/^[a-z][a-z-]{0,8}[a-z]$/), value: word });
    fc.assert(
      fc.property(fc.array(word), fc.array(option), (words, options) => {
        const read = readWords(writeWords(words, options));

        expect(read.error === null && read.words.map((each) => each.text)).toEqual(words);
        expect(read.error === null && read.options).toEqual(options);
      }),
      { numRuns: 3_000 },
    );
  });
});
