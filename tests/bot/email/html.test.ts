import { describe, expect, it } from 'vitest';
import type { Card } from '../../../src/bot/card.js';
import { MOST_BYTES, renderHtml } from '../../../src/bot/email/html.js';
import { renderMail } from '../../../src/bot/email/render.js';
import { cardsOf, shapes } from '../support/all-cards.js';
import { alertCard, CHART, PICTURE, postOf } from '../support/one-way.js';

const NOW = new Date('2026-01-31T09:00:00Z');
const draw = (card: Card, pictures = new Map()) =>
  renderHtml(card, { pictures, commands: [], news: null, remark: 'That is all.' });

/** Names of the elements of a page, and those of their attributes. */
function markup(html: string): { readonly elements: Set<string>; readonly attributes: Set<string> } {
  const elements = new Set<string>();
  const attributes = new Set<string>();
  for (const [, name = '', rest = ''] of html.matchAll(/<([a-z!][a-z0-9]*)((?:[^<>"]|"[^"]*")*)>/giu)) {
    elements.add(name.toLowerCase());
    for (const [, attribute = ''] of rest.matchAll(/\s([a-z-]+)="/giu)) attributes.add(attribute);
  }
  return { elements, attributes };
}

describe.each(shapes)('cards of every command, %s', (_, given) => {
  it('are pages that no program cuts, in which nothing of the data is markup', () => {
    const plain = markup(draw(alertCard()));
    const usual = new Set([...plain.elements, 'pre', 'code', 'img', 'h1', 'span']);

    for (const { name, card } of cardsOf(given)) {
      const html = draw(card);

      expect({ name, isShort: Buffer.byteLength(html) <= MOST_BYTES }).toEqual({ name, isShort: true });
      const { elements, attributes } = markup(html);
      expect([...elements].filter((one) => !usual.has(one))).toEqual([]);
      expect([...attributes].filter((one) => one.startsWith('on') || one === 'href')).toEqual([]);
    }
  });

  it('have a subject of one line, and the verdict first in the text', () => {
    for (const { card } of cardsOf(given)) {
      const { subject, text } = renderMail(postOf({ card }), new Map(), NOW);

      expect(subject.length).toBeLessThanOrEqual(150);
      expect(subject).not.toMatch(/\p{Cc}|\p{Cf}/u);
      expect(Math.max(...text.split('\n').map((one) => one.length))).toBeLessThanOrEqual(78);
    }
  });
});

/** Relative luminance and contrast: w3.org/TR/WCAG21/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe('colours', () => {
  it.each(['good', 'warning', 'bad', 'neutral'] as const)(
    'of %s are legible in the light and in the dark',
    (tone) => {
      const html = draw(alertCard({ tone }));
      const [, light = ''] =
        new RegExp(`<h1 class="${tone}" style="[^"]*color:(#[0-9a-f]{6})`, 'u').exec(html) ?? [];
      const [, dark = ''] = new RegExp(`\\.${tone} \\{ color: (#[0-9a-f]{6})`, 'u').exec(html) ?? [];
      const [, ground = ''] = /\.page, \.box \{ background: (#[0-9a-f]{6})/u.exec(html) ?? [];

      expect(contrast(light, '#ffffff')).toBeGreaterThan(4.5);
      expect(contrast(dark, ground)).toBeGreaterThan(4.5);
    },
  );

  it('of quiet words are legible in the light and in the dark', () => {
    const html = draw(alertCard());
    const [, light = ''] = /class="quiet" style="[^"]*color:(#[0-9a-f]{6})/u.exec(html) ?? [];
    const [, dark = ''] = /\.quiet \{ color: (#[0-9a-f]{6})/u.exec(html) ?? [];

    expect(contrast(light, '#ffffff')).toBeGreaterThan(4.5);
    expect(contrast(dark, '#1b1e22')).toBeGreaterThan(4.5);
  });
});

describe('a chart', () => {
  it('is a picture with words for it', () => {
    const html = draw(alertCard(), new Map([[CHART, { cid: 'chart-1', picture: PICTURE }]]));

    expect(html).toMatch(/<img src="cid:chart-1"[^>]* alt="Failures rose/u);
    expect(html).not.toContain('<pre');
  });

  it('is drawn with characters where there is no picture', () => {
    expect(draw(alertCard())).toMatch(/<pre[^>]*>Failures by day\n2026-01-29 +12/u);
  });
});

describe('what is too much', () => {
  it('is left out, and counted', () => {
    const columns = [{ name: 'Source', align: 'left' as const }];
    const rows = Array.from({ length: 1_000 }, (_, at) => [`192.0.2.${at}`]);
    const table = { type: 'table' as const, title: null, columns, rows, more: null };

    const html = draw(alertCard({ parts: Array.from({ length: 40 }, () => table) }));

    expect(html).toMatch(/… \d+ more are not shown\./u);
    expect(html).toMatch(/… \d+ parts are not shown: the mail would be too large\./u);
    expect(html).toContain('941 messages of 203.0.113.0/24 failed');
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(MOST_BYTES);
  });
});
