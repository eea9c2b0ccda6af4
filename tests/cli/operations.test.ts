import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/failure.js';
import { splitWords } from '../../src/cli/operations.js';

const TODAY = '2026-06-15';

function bare(...texts: string[]) {
  return texts.map((text) => ({ text, quoted: false }));
}

describe('splitWords', () => {
  it('takes an option in each way it is written', () => {
    const { words, options, json } = splitWords(
      'sources',
      ['example.com', '--days', '7', '--dkim=fail', 'reporter:Example', '--json'],
      TODAY,
    );

    expect(words).toEqual(bare('example.com'));
    expect(options).toEqual([
      { name: 'days', value: '7' },
      { name: 'dkim', value: 'fail' },
      { name: 'reporter', value: 'Example' },
    ]);
    expect(json).toBe(true);
  });

  it('says yes for an option without a value', () => {
    expect(splitWords('reprocess', ['--failed', '--json'], TODAY).options).toEqual([
      { name: 'failed', value: 'yes' },
    ]);
  });

  it('keeps a word with spaces whole, unless it is a period or an option', () => {
    const { words, options } = splitWords(
      'sources',
      ['My reports', 'last week', 'reporter:Example Mail'],
      TODAY,
    );

    expect(words).toEqual([{ text: 'My reports', quoted: true }, ...bare('last', 'week')]);
    expect(options).toEqual([{ name: 'reporter', value: 'Example Mail' }]);
  });

  it('takes addresses for words, though they have colons', () => {
    expect(splitWords('source', ['2001:db8::1', 'dead:beef::/32'], TODAY).words).toEqual(
      bare('2001:db8::1', 'dead:beef::/32'),
    );
  });

  it('takes everything behind -- as it is', () => {
    expect(splitWords('ingest', ['--', '--json', 'a:b'], TODAY)).toEqual({
      words: [
        { text: '--json', quoted: true },
        { text: 'a:b', quoted: true },
      ],
      options: [],
      json: false,
    });
  });

  it('knows no options of one letter', () => {
    expect(() => splitWords('sources', ['-j'], TODAY)).toThrow(UsageError);
  });
});
