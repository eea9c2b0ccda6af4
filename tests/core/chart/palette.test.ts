import { describe, expect, it } from 'vitest';
import { fillsOf, GROUND, INK, patterns, QUIET_INK, TONE_INK } from '../../../src/core/chart/palette.js';
import type { ChartTone } from '../../../src/core/chart/spec.js';

const TONES: readonly ChartTone[] = ['good', 'warning', 'bad', 'neutral'];

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe('the palette', () => {
  it.each([INK, QUIET_INK, ...Object.values(TONE_INK)])('writes in %s with a contrast of 4.5', (ink) => {
    expect(contrast(ink, GROUND)).toBeGreaterThanOrEqual(4.5);
  });

  it('fills with a contrast of 3 to the ground', () => {
    for (const tone of TONES)
      for (const { colour } of fillsOf([tone, tone, tone]))
        expect(contrast(colour, GROUND)).toBeGreaterThanOrEqual(3);
  });

  it('tells tones, and series of one tone, apart without colour', () => {
    expect(new Set(fillsOf(TONES).map(({ pattern }) => pattern)).size).toBe(4);
    for (const tone of TONES)
      expect(new Set(fillsOf([tone, tone, tone]).map(({ pattern }) => pattern)).size).toBe(3);
  });

  it('defines every pattern that is named, once', () => {
    const fills = fillsOf([...TONES, ...TONES]);

    const defined = [...patterns([...fills, ...fills]).matchAll(/id="([^"]+)"/g)].map(
      ([, id]) => `url(#${id})`,
    );

    expect(defined).toHaveLength(new Set(defined).size);
    for (const { paint, pattern } of fills) expect(pattern === 'plain' || defined.includes(paint)).toBe(true);
  });
});
