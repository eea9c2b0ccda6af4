import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { WIDTH } from '../../../src/core/chart/frame.js';
import type { ChartSpec, DaysSpec } from '../../../src/core/chart/spec.js';
import { drawChart } from '../../../src/core/chart/svg.js';
import { failureRate, FONTS, HOSTILE_NAMES, messagesByDay, sources } from './support.js';

interface Read {
  readonly elements: readonly string[];
  readonly texts: readonly string[];
  readonly attributes: readonly string[];
}

/** What is in an SVG; throws where it is not well-formed. */
function read(svg: string): Read {
  const elements: string[] = [];
  const texts: string[] = [];
  const attributes: string[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    elements.push(tag.name);
    attributes.push(...Object.entries(tag.attributes).map(([name, value]) => `${name}=${value}`));
    if (tag.name === 'text') texts.push('');
  });
  parser.on('text', (text) => {
    if (texts.length > 0) texts[texts.length - 1] += text;
  });
  parser.write(svg).close();
  return { elements, texts, attributes };
}

function textsOf(spec: ChartSpec): readonly string[] {
  return read(drawChart(spec, FONTS).svg).texts;
}

const month = messagesByDay(30);
const kinds: readonly (readonly [string, ChartSpec])[] = [
  ['a day', messagesByDay(1)],
  ['a month', month],
  ['366 days', messagesByDay(366)],
  ['ten years of very many messages', messagesByDay(3_650, 90_071_992_547)],
  ['shares with a line', failureRate([1, 2, null, 3], [1, 1.5, 1.5, 2])],
  ['three bars', sources(['a.example', 'b.example', 'c.example'])],
  [
    '30 bars',
    sources(Array.from({ length: 30 }, (_, at) => `2001:db8:85a3:1234:5678:8a2e:370:${7_000 + at}`)),
  ],
  ['no days', messagesByDay(0)],
  ['no messages', messagesByDay(30, 0)],
  ['no bars', sources([])],
  ['hostile names', sources(HOSTILE_NAMES)],
  [
    'hostile days',
    {
      ...month,
      title: HOSTILE_NAMES.join(''),
      days: HOSTILE_NAMES,
      series: HOSTILE_NAMES.map((name) => ({
        name,
        tone: 'bad',
        values: [Number.NaN, -1, Infinity, 4, 1e308],
      })),
    },
  ],
];

describe.each(kinds)('a picture of %s', (_kind, spec) => {
  it('is well-formed, of our elements alone, and refers to nothing outside', () => {
    const { elements, attributes } = read(drawChart(spec, FONTS).svg);

    const ours = ['svg', 'defs', 'pattern', 'rect', 'circle', 'path', 'text', 'g', 'clipPath'];
    expect(elements.filter((name) => !ours.includes(name))).toEqual([]);
    expect(attributes.filter((one) => /^(xlink:)?href=|^on|url\((?!#)/.test(one))).toEqual([]);
  });

  it('has no text that is no number and no glyph that is a box', () => {
    const all = textsOf(spec).join('');

    expect(all).not.toMatch(/\b(NaN|undefined|null|Infinity)\b/);
    expect(Array.from(all).filter((one) => !FONTS.regular.has(one.codePointAt(0)!))).toEqual([]);
  });

  it('is the same each time, and of the usual width', () => {
    const first = drawChart(spec, FONTS);

    expect(drawChart(spec, FONTS)).toEqual(first);
    expect(first.width).toBe(WIDTH);
    expect(first.height).toBeLessThanOrEqual(900);
  });
});

describe('a picture of days', () => {
  it('says its title, unit, period with the year, and what each series comes to', () => {
    expect(textsOf({ ...month, title: 'Messages of example.com' }).slice(0, 6)).toEqual([
      'Messages of example.com',
      'messages a day · 2026-01-01 to 2026-01-30 (30 days, UTC)',
      'pass',
      '30,060 (95.2 %)',
      'fail',
      '1,500 (4.8 %), most 200 on 2026-01-01',
    ]);
  });

  it('does not say the unit twice', () => {
    expect(textsOf(month)[1]).toBe('2026-01-01 to 2026-01-30 (30 days, UTC)');
  });

  it('says that a bar is a week', () => {
    expect(textsOf(messagesByDay(366))[1]).toBe('average by week · 2026-01-01 to 2027-01-01 (366 days, UTC)');
  });

  it('labels days in full, the last among them, and the axis with thousands', () => {
    const texts = textsOf(month);

    expect(texts.filter((text) => /^\d{4}-\d{2}-\d{2}$/.test(text))).toHaveLength(5);
    expect(texts).toEqual(expect.arrayContaining(['2026-01-30', '0', '500', '1,000', '1,500']));
  });

  it('writes the latest value beside a line, and leaves a gap where it has none', () => {
    const whole = failureRate([1, 2, 3, 4], [1, 1.5, 2, 2.5]);
    const parted = failureRate([1, 2, 3, 4], [1, null, 2, null]);

    expect(textsOf(whole)).toContain('2.5 %');
    expect(textsOf(parted)).toContain('2.0 %');
    const line = /<path d="M[^"]*L[^"]*"[^>]*stroke-width="4"/;
    expect(drawChart(whole, FONTS).svg).toMatch(line);
    expect(drawChart(parted, FONTS).svg).not.toMatch(line);
  });

  it('says the highest share of what fails, and the lowest of what is good', () => {
    const rates: DaysSpec = failureRate([1, 5, 2], [1, 2, 3]);
    const good: DaysSpec = {
      ...rates,
      series: [{ name: 'compliant', tone: 'good', values: [99, 95.5, 97] }],
    };

    expect(textsOf(rates)).toContain('at most 5.0 % on 2026-01-02');
    expect(textsOf(good)).toContain('at least 95.5 % on 2026-01-02');
  });
});

describe('a share of nothing', () => {
  it('is drawn as zero, for there were messages', () => {
    const { days } = messagesByDay(3);
    const spec: DaysSpec = {
      shape: 'days',
      title: 'Share failing',
      unit: 'percent',
      days,
      series: [{ name: 'fail', tone: 'bad', values: [0, null, 0] }],
    };

    expect(textsOf(spec)).toEqual(expect.arrayContaining(['0 %', '1 %', '2026-01-03']));
  });
});

describe('a picture of bars', () => {
  it('says names and values, and marks what is bad in words too', () => {
    const texts = textsOf(sources(['192.0.2.1', '192.0.2.2', '192.0.2.3']));

    expect(texts).toEqual([
      'Top sources',
      'messages',
      '192.0.2.1',
      '10,000',
      '192.0.2.2',
      '5,000',
      '192.0.2.3',
      '✗ 3,333',
    ]);
  });

  it('counts what it does not show', () => {
    const texts = textsOf(sources(Array.from({ length: 10_000 }, (_, at) => `source ${at}`)));

    expect(texts.filter((text) => text.startsWith('source'))).toHaveLength(12);
    expect(texts.at(-1)).toMatch(/^… and 9,988 more with [\d,]+ messages$/);
  });
});

describe('nothing', () => {
  it.each([messagesByDay(0), messagesByDay(30, 0), sources([])])('is said in words', (spec) => {
    expect(textsOf(spec).at(-1)).toBe('Nothing in this period');
  });
});
