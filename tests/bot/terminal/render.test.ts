import * as fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Card } from '../../../src/bot/card.js';
import { renderCard } from '../../../src/bot/terminal/render.js';
import { addDays } from '../../../src/core/analysis/range.js';

const bare: Card = {
  title: 'Summary of example.com',
  tone: 'warning',
  verdict: '98.2 % of 41,310 messages pass.',
  parts: [],
  advice: null,
  buttons: [],
  form: null,
  footer: null,
};
const lines = (card: Card, columns = 80, colour = false) =>
  renderCard(card, { columns, colour }).split('\n').slice(0, -1);
const days = (length: number) => Array.from({ length }, (_, at) => addDays('2026-01-01', at));

/** Escape sequence, OSC link, bell, carriage return, bidi override, zero width, combining flood, wide text. */
const hostile = [
  '\u001b[2J\u001b[31mred\u001b]8;;https://example.org\u0007link',
  'a\r\nb\u2028c\td\u0000\u0007\u007f\u009b31m',
  '\u202Emoc.elpmaxe\u2066x\u2069\u200f',
  'שלום.example.com مثال.example.org',
  'z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a',
  '例え.テスト 한국어 👩‍👩‍👧‍👦 🇩🇪',
  '\ud800 half \udc00',
  'x'.repeat(4_000),
  '宽'.repeat(4_000),
  ' '.repeat(200),
];

function cardOf(texts: readonly string[], length: number, value: number): Card {
  const at = (index: number) => texts[index % texts.length] ?? '';
  return {
    title: at(0),
    tone: 'bad',
    verdict: texts.join(' '),
    parts: [
      { type: 'text', text: at(1) },
      {
        type: 'facts',
        facts: texts.map((text, index) => ({ name: text, value: at(index + 1), note: at(index + 2) })),
      },
      {
        type: 'table',
        title: at(2),
        columns: [
          { name: at(3), align: 'left' },
          { name: 'Messages', align: 'right' },
          { name: at(4), align: 'left' },
          { name: 'Pass', align: 'right' },
        ],
        rows: Array.from({ length }, (_, row) => [at(row), String(value), at(row + 1), '98.2 %']),
        more: at(5),
      },
      {
        type: 'chart',
        title: at(6),
        alt: '',
        shape: 'days',
        unit: 'messages',
        days: days(length),
        series: texts.map((name) => ({ name, tone: 'good', values: days(length).map(() => value) })),
      },
      {
        type: 'chart',
        title: at(7),
        alt: '',
        shape: 'bars',
        unit: 'messages',
        bars: Array.from({ length }, (_, row) => ({ name: at(row), tone: 'bad', value })),
      },
    ],
    advice: at(8),
    buttons: Array.from({ length: Math.min(length, 30) }, (_, row) => ({ label: at(row), command: 'help' })),
    form: null,
    footer: at(9),
  };
}

/** Lines that are too wide or hold something that a terminal would act on. */
function unsafe(rendered: readonly string[], columns: number): string[] {
  return rendered.filter(
    (line) => stringWidth(line) > columns || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(line),
  );
}

describe('a card in a terminal', () => {
  it('tells the verdict with a mark, so that it reads without colour', () => {
    const marks = (['good', 'warning', 'bad', 'neutral'] as const).map(
      (tone) => lines({ ...bare, tone })[0]?.[0],
    );

    expect(marks).toEqual(['✔', '!', '✘', '•']);
  });

  it('lays out verdict, facts, table, advice, choices and footer', () => {
    const card: Card = {
      ...bare,
      parts: [
        {
          type: 'facts',
          facts: [
            { name: 'Messages', value: '41,310', note: '+3.1 %' },
            { name: 'DKIM', value: '97.0 %' },
          ],
        },
        {
          type: 'table',
          title: 'Top sources',
          columns: [
            { name: 'Source', align: 'left' },
            { name: 'Messages', align: 'right' },
          ],
          rows: [
            ['192.0.2.1', '31,200'],
            ['2001:db8::1', '7'],
          ],
          more: 'and 3 more',
        },
      ],
      advice: 'Look at 2001:db8::1.',
      buttons: [
        { label: 'Sources', command: 'sources' },
        { label: '90 days', command: 'summary 90d' },
      ],
      form: null,
      footer: '2026-01-01 to 2026-01-30 (30 days, UTC)',
    };

    expect(renderCard(card)).toBe(
      [
        '! Summary of example.com',
        '  98.2 % of 41,310 messages pass.',
        '',
        '  Messages  41,310  +3.1 %',
        '  DKIM      97.0 %',
        '',
        '  Top sources',
        '  Source       Messages',
        '  192.0.2.1      31,200',
        '  2001:db8::1         7',
        '  and 3 more',
        '',
        '→ Look at 2001:db8::1.',
        '',
        '  [1] Sources  [2] 90 days',
        '  2026-01-01 to 2026-01-30 (30 days, UTC)',
        '',
      ].join('\n'),
    );
  });

  it('paints only when asked, and the painted text is the same without its colours', () => {
    const painted = renderCard(bare, { colour: true });

    expect(renderCard(bare)).not.toContain('\u001b');
    expect(painted).toContain('\u001b[33m');
    // oxlint-disable-next-line no-control-regex -- finding them is the point
    expect(painted.replaceAll(/\u001b\[\d+m/g, '')).toBe(renderCard(bare));
  });

  it.each([40, 80, 120])('keeps hostile text harmless and within %d columns', (columns) => {
    for (const length of [0, 1, 30, 400, 10_000])
      for (const value of [0, Number.MAX_SAFE_INTEGER])
        expect(unsafe(lines(cardOf(hostile, length, value), columns), columns)).toEqual([]);
  });

  it('shows what was neutralised', () => {
    const [, , , text] = lines({ ...bare, parts: [{ type: 'text', text: 'a\u001b[31mb\nc\u202Ed' }] });

    expect(text).toBe('  a␛[31mb␊c<U+202E>d');
  });

  it('draws 10,000 sources as one page and says how many are not drawn', () => {
    const rendered = lines({
      ...bare,
      parts: [
        {
          type: 'table',
          title: null,
          columns: [{ name: 'Source', align: 'left' }],
          rows: Array.from({ length: 10_000 }, (_, at) => [`source ${at}`]),
          more: null,
        },
      ],
    });

    expect(rendered.length).toBeLessThan(80);
    expect(rendered.join('\n')).toContain('… 9940 more rows are not drawn.');
  });

  it('cuts the widest text column first, visibly, and never a number', () => {
    const rendered = lines({
      ...bare,
      parts: [
        {
          type: 'table',
          title: null,
          columns: [
            { name: 'Reporter', align: 'left' },
            { name: 'Messages', align: 'right' },
            { name: 'Domain', align: 'left' },
          ],
          rows: [['r'.repeat(300), '9,007,199,254,740,991', 'example.com']],
          more: null,
        },
      ],
    });

    expect(rendered[4]).toMatch(/^ {2}r+… {2}9,007,199,254,740,991 {2}example\.com$/);
    expect(rendered[4]?.length).toBe(80);
  });

  it('names the columns for which there is no room', () => {
    const names = Array.from({ length: 20 }, (_, at) => `Column ${at}`);
    const rendered = lines({
      ...bare,
      parts: [
        {
          type: 'table',
          title: null,
          columns: names.map((name) => ({ name, align: 'left' as const })),
          rows: [names],
          more: null,
        },
      ],
    });

    expect(rendered.join('\n')).toContain('not shown for want of room: Column 10');
  });

  it('aligns wide characters', () => {
    const rendered = lines({
      ...bare,
      parts: [
        {
          type: 'facts',
          facts: [
            { name: '例え', value: 'one' },
            { name: 'abcd', value: 'two' },
          ],
        },
      ],
    });

    expect(rendered.slice(3)).toEqual(['  例え  one', '  abcd  two']);
  });

  it('any text of any script stays within the columns', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 });
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 40, max: 120 }),
        (texts, columns) => {
          expect(unsafe(lines(cardOf(texts, 5, 12), columns), columns)).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
