import { describe, expect, it } from 'vitest';
import { readFont } from '../../../src/core/chart/font.js';
import { escapeXml, fit, printable } from '../../../src/core/chart/text.js';
import { FONTS, HOSTILE_NAMES } from './support.js';

const { regular, strong } = FONTS;

describe('a font', () => {
  it('says which characters it has', () => {
    for (const character of 'aÄßŁжΩ1…–•✗') expect(regular.has(character.codePointAt(0)!)).toBe(true);
    for (const character of '中א😀') expect(regular.has(character.codePointAt(0)!)).toBe(false);
  });

  it('measures text in pixels, wider where it is bold or larger', () => {
    const width = regular.width('198.51.100.7', 20);

    expect(width).toBeGreaterThan(100);
    expect(width).toBeLessThan(140);
    expect(regular.width('198.51.100.7', 40)).toBeCloseTo(2 * width);
    expect(strong.width('198.51.100.7', 20)).toBeGreaterThan(width);
    expect(regular.width('iiii', 20)).toBeLessThan(regular.width('WWWW', 20) / 3);
  });

  it('is refused where the bytes are no font', () => {
    expect(() => readFont('x.ttf', Buffer.alloc(64))).toThrow('x.ttf has no table head');
    expect(() => readFont('x.ttf', Buffer.alloc(2))).toThrow(RangeError);
  });
});

describe('text of strangers', () => {
  it.each([
    ['mail.example.com', 'mail.example.com'],
    ['Ünïcode GmbH & Co. KG', 'Ünïcode GmbH & Co. KG'],
    ['e\u0301', 'é'],
    ['\u202emoc.elpmaxe', '<U+202E>moc.elpmaxe'],
    ['東京 mail', '<U+6771 4EAC> mail'],
    ['😀', '<U+1F600>'],
    ['a\r\nb', 'a<U+000D 000A>b'],
    ['no\u00a0break', 'no break'],
    ['\ud800', '<U+D800>'],
    ['\u202e\u0301x', '<U+202E 0301>x'],
  ])('%j reads %j', (text, shown) => {
    expect(printable(text, regular)).toBe(shown);
  });

  it('has a picture of every character after that, and no more than four marks on a letter', () => {
    for (const name of HOSTILE_NAMES) {
      const shown = printable(name, regular);

      expect(Array.from(shown).filter((character) => !regular.has(character.codePointAt(0)!))).toEqual([]);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]|\p{M}{5}/u);
    }
  });

  it('is looked at no further than it could be seen', () => {
    expect(printable('x'.repeat(1_000_000), regular)).toHaveLength(401);
  });

  it('is cut to pixels, visibly', () => {
    const cut = fit('x'.repeat(100), 200, regular, 20);

    expect(cut).toMatch(/^x+…$/);
    expect(regular.width(cut, 20)).toBeLessThanOrEqual(200);
    expect(fit('short', 200, regular, 20)).toBe('short');
  });

  it('is no markup', () => {
    expect(escapeXml('<a href="x">&')).toBe('&lt;a href=&quot;x&quot;&gt;&amp;');
  });
});
