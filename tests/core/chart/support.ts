import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { addDays } from '../../../src/core/analysis/range.js';
import { readFont } from '../../../src/core/chart/font.js';
import type { Fonts } from '../../../src/core/chart/fonts.js';
import type { BarsSpec, DaysSpec } from '../../../src/core/chart/spec.js';

/** Charts of any size, and the fonts that they are drawn with. */

const require = createRequire(import.meta.url);

function font(name: string) {
  const file = require.resolve(`@expo-google-fonts/inter/${name}`);
  return readFont(file, readFileSync(file));
}

export const FONTS: Fonts = {
  regular: font('400Regular/Inter_400Regular.ttf'),
  strong: font('600SemiBold/Inter_600SemiBold.ttf'),
};

/** Messages that pass and fail on so many days from 2026-01-01 on; every seventh day is worse. */
export function messagesByDay(days: number, messages = 1_000): DaysSpec {
  return {
    shape: 'days',
    title: 'Messages a day',
    unit: 'messages',
    days: Array.from({ length: days }, (_, at) => addDays('2026-01-01', at)),
    series: [
      {
        name: 'pass',
        tone: 'good',
        values: Array.from({ length: days }, (_, at) => (messages === 0 ? 0 : messages + (at % 5))),
      },
      {
        name: 'fail',
        tone: 'bad',
        values: Array.from({ length: days }, (_, at) => Math.floor(messages / (at % 7 === 0 ? 5 : 50))),
      },
    ],
  };
}

/** The share that fails, and its average as a line. */
export function failureRate(
  rates: readonly (number | null)[],
  averages: readonly (number | null)[],
): DaysSpec {
  const { days } = messagesByDay(rates.length);
  return {
    shape: 'days',
    title: 'Share failing',
    unit: 'percent',
    days,
    series: [
      { name: 'fail', tone: 'bad', values: rates },
      { name: '7-day average', tone: 'neutral', as: 'line', values: averages },
    ],
  };
}

/** Sources, the third of every three failing. */
export function sources(names: readonly string[], most = 10_000): BarsSpec {
  return {
    shape: 'bars',
    title: 'Top sources',
    unit: 'messages',
    bars: names.map((name, at) => ({
      name,
      tone: at % 3 === 2 ? 'bad' : 'good',
      value: Math.round(most / (at + 1)),
    })),
  };
}

/** What nobody should be able to do to a picture. */
export const HOSTILE_NAMES: readonly string[] = [
  '</text><script>alert(1)</script>',
  '"/><image href="http://192.0.2.1/x"/>',
  ']]>&amp;&#x202e;',
  '\u001b[31mred\r\nnext\u0000',
  '\u202emoc.elpmaxe\u2067',
  '東京メール株式会社',
  '😀 emoji',
  'שלום مثال',
  `z${'\u0301'.repeat(50)}algo`,
  'x'.repeat(4_000),
  '\ud800 half',
];
