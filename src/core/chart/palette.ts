import type { ChartTone } from './spec.js';

/**
 * Colours and patterns. A picture has a ground of its own, so that it reads on light and dark themes. Text has a contrast
 * of at least 4.5 to the ground, fills 3 (WCAG 2.2, 1.4.3 and 1.4.11); fills differ in pattern too, for black and white.
 */
export const GROUND = '#ffffff';
export const BORDER = '#d0d7de';
export const INK = '#1f2328';
export const QUIET_INK = '#57606a';
export const GRID = '#e3e7eb';
export const AXIS = '#8c959f';

/** Text of a tone. */
export const TONE_INK: Readonly<Record<ChartTone, string>> = {
  good: '#0a6b4c',
  warning: '#8a5300',
  bad: '#b3141f',
  neutral: '#3a5a8c',
};

type Pattern = 'plain' | 'hatched' | 'dotted' | 'lined' | 'barred';

export interface Fill {
  /** What `fill` names: a colour, or a pattern of `patterns()`. */
  readonly paint: string;
  readonly colour: string;
  readonly pattern: Pattern;
}

/** The first is the tone's own; the others tell further series of the same tone from it. */
const LOOKS: Readonly<Record<ChartTone, readonly (readonly [string, Pattern])[]>> = {
  good: [
    ['#14866a', 'plain'],
    ['#2f9e8f', 'barred'],
    ['#0a6b4c', 'dotted'],
  ],
  warning: [
    ['#b26a00', 'dotted'],
    ['#a06010', 'lined'],
    ['#8a5300', 'hatched'],
  ],
  bad: [
    ['#c5221f', 'hatched'],
    ['#a31515', 'lined'],
    ['#d1493f', 'barred'],
  ],
  neutral: [
    ['#4a6fa5', 'lined'],
    ['#3a5a8c', 'plain'],
    ['#6480a8', 'dotted'],
  ],
};

/** White marks on a tile of twelve pixels. */
const TILES: Readonly<Record<Exclude<Pattern, 'plain'>, string>> = {
  hatched: '<path d="M-3 3L3-3M0 12L12 0M9 15L15 9" stroke="#fff" stroke-width="2.4"/>',
  dotted: '<circle cx="3" cy="3" r="2" fill="#fff"/><circle cx="9" cy="9" r="2" fill="#fff"/>',
  lined: '<path d="M0 6H12" stroke="#fff" stroke-width="2"/>',
  barred: '<path d="M3 0V12M9 0V12" stroke="#fff" stroke-width="2"/>',
};

/** The fill of the `occurrence`-th series of a tone. */
export function fillOf(tone: ChartTone, occurrence = 0): Fill {
  const looks = LOOKS[tone];
  const [colour, pattern] = looks[occurrence % looks.length] ?? [INK, 'plain'];
  return { paint: pattern === 'plain' ? colour : `url(#${idOf(colour, pattern)})`, colour, pattern };
}

/** The fills of series in their order: each differs from all before while there are looks. */
export function fillsOf(tones: readonly ChartTone[]): Fill[] {
  const seen = new Map<ChartTone, number>();
  return tones.map((tone) => {
    const occurrence = seen.get(tone) ?? 0;
    seen.set(tone, occurrence + 1);
    return fillOf(tone, occurrence);
  });
}

/** Definitions of the patterns that some fills name. */
export function patterns(fills: readonly Fill[]): string {
  const definitions = new Map<string, string>();
  for (const { colour, pattern } of fills) {
    if (pattern === 'plain') continue;
    const id = idOf(colour, pattern);
    definitions.set(
      id,
      `<pattern id="${id}" width="12" height="12" patternUnits="userSpaceOnUse"><rect width="12" height="12" fill="${colour}"/>${TILES[pattern]}</pattern>`,
    );
  }
  return [...definitions.values()].join('');
}

function idOf(colour: string, pattern: Pattern): string {
  return `${pattern}-${colour.slice(1)}`;
}
