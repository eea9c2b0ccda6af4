import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandLine, commandLineHere } from '../support/command-line.js';

describe('dmarc-ops', () => {
  it('prints what there is', async () => {
    const help = await commandLine(['help']);

    expect(help.code).toBe(0);
    expect(help.errors).toBe('');
    expect(help.output).toMatch(/^ {2}parse +Read reports/m);
    expect(Math.max(...help.output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    expect((await commandLine(['--help'])).output).toBe(help.output);
  });

  it('prints it as trouble when no verb is given', async () => {
    const ended = await commandLine([]);

    expect(ended).toMatchObject({ code: 2, output: '' });
    expect(ended.errors).toContain('Usage: dmarc-ops VERB');
  });

  it('tells how one verb is used, whichever way one asks', async () => {
    const ways = await Promise.all(
      [
        ['help', 'parse'],
        ['parse', '--help'],
        ['parse', 'x', '-h'],
      ].map((way) => commandLineHere(way)),
    );

    expect(ways.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(ways[0]?.output).toContain('Usage: dmarc-ops parse [--format ndjson|json|csv|table] PATH…');
    expect(new Set(ways.map(({ output }) => output)).size).toBe(1);
  });

  it('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

    expect(await commandLine(['--version'])).toMatchObject({ code: 0, output: `${version}\n` });
  });

  it.each([
    [['prase', 'x.xml'], 'dmarc-ops: There is no verb "prase". Did you mean parse? See: dmarc-ops help\n'],
    [['help', 'prase'], 'dmarc-ops: There is no verb "prase". Did you mean parse? See: dmarc-ops help\n'],
    [['help', 'parse', 'parse'], 'dmarc-ops: help takes one verb at a time.\n'],
    [['--frmat'], 'dmarc-ops: There is no option --frmat before the verb. See: dmarc-ops help\n'],
    [['pa\u001b[2Jrse'], /^dmarc-ops: There is no verb "pa \[2Jrse"\..*\n$/],
  ])('answers %j with one sentence and exit code 2', async (words, sentence) => {
    const ended = await commandLineHere(words);

    expect(ended).toMatchObject({ code: 2, output: '' });
    expect(ended.errors).toMatch(sentence);
    expect(ended.errors.split('\n')).toHaveLength(2);
  });
});

describe('operations as verbs', () => {
  it('are listed and explained like all others', async () => {
    const overview = await commandLineHere(['help']);
    const help = await commandLineHere(['help', 'sources']);

    expect(overview.output).toMatch(/^ {2}summary +Tell how much mail/m);
    expect(help.output).toContain('Usage: dmarc-ops sources [DOMAIN]');
    expect(help.output).toMatch(
      /^ {2}--dkim pass\|fail +Only messages whose DKIM alignment is pass or fail$/m,
    );
    expect(help.output).toMatch(/^ {2}--json +Print the plain result instead of a card$/m);
  });

  it.each([
    [['sumary', 'example.com'], 'There is no verb "sumary". Did you mean summary? See: dmarc-ops help'],
    [
      ['sources', '--dayz', '7'],
      'sources has no option dayz; did you mean days? See: dmarc-ops help sources',
    ],
    [['sources', '--days', 'soon'], /^dmarc-ops: .*days.* See: dmarc-ops help sources$/],
    [['sources', 'a.example', 'b.example'], /one word too many\. See: dmarc-ops help sources$/],
    [
      ['example.com', '--dayz', '7'],
      'summary has no option dayz; did you mean days? See: dmarc-ops help summary',
    ],
    [
      ['package.json'],
      'There is no verb "package.json", but a file. Did you mean dmarc-ops parse package.json?',
    ],
  ])('answer %j with one sentence, before any database is opened', async (words, sentence) => {
    const ended = await commandLineHere(words);

    expect(ended).toMatchObject({ code: 2, output: '' });
    expect(ended.errors.trimEnd()).toMatch(
      typeof sentence === 'string' ? `dmarc-ops: ${sentence}` : sentence,
    );
    expect(ended.errors.split('\n')).toHaveLength(2);
  });
});
