import { describe, expect, it } from 'vitest';
import { optionLines, type OptionTable, readArguments } from '../../src/cli/arguments.js';
import { UsageError } from '../../src/cli/failure.js';

const TABLE: OptionTable = {
  format: { value: 'FORMAT', short: 'f', choices: ['json', 'csv'], summary: 'How to print' },
  out: { value: 'DIR', summary: 'Where to write' },
  force: { value: null, summary: 'Write over what is there' },
};

function wrong(...words: string[]): string {
  try {
    readArguments('make', TABLE, words);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'nothing';
}

describe('readArguments', () => {
  it('tells options, switches and words apart', () => {
    const args = readArguments('make', TABLE, ['a', '--out', 'x', '-f', 'csv', '-', '--force', '--', '--b']);

    expect(Object.fromEntries(args.values)).toEqual({ out: 'x', format: 'csv' });
    expect([...args.switches]).toEqual(['force']);
    expect(args.words).toEqual(['a', '-', '--b']);
  });

  it('takes the last of two values, and values after an equals sign', () => {
    const args = readArguments('make', TABLE, ['--out=x', '--out=--y', '-fcsv']);

    expect(Object.fromEntries(args.values)).toEqual({ out: '--y', format: 'csv' });
  });

  it('offers the nearest option for a typo', () => {
    expect(wrong('--fromat', 'csv')).toBe(
      'make has no option --fromat. Did you mean --format? See: dmarc-ops help make',
    );
    expect(wrong('-x')).toBe('make has no option -x. See: dmarc-ops help make');
    expect(wrong('--__proto__')).toContain('make has no option --__proto__.');
  });

  it('wants a value where one belongs, and none where none does', () => {
    expect(wrong('--out')).toBe('--out needs a value: DIR.');
    expect(wrong('--out', '--force')).toBe('--out needs a value: DIR.');
    expect(wrong('--out=')).toBe('--out needs a value: DIR.');
    expect(wrong('--force=yes')).toBe('--force takes no value.');
  });

  it('takes only the values that there are', () => {
    expect(wrong('--format', 'jsn')).toBe(
      '--format cannot be "jsn"; it is one of json, csv. Did you mean json?',
    );
  });
});

describe('optionLines', () => {
  it('lays options out in two columns', () => {
    expect(optionLines(TABLE)).toEqual([
      '  -f, --format json|csv  How to print',
      '  --out DIR              Where to write',
      '  --force                Write over what is there',
    ]);
  });
});
