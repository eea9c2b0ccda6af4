/** Squares of distances between colours that are kept, from those that differ clearly to any. */
const APART = [1_600, 400, 0] as const;

/** Part of all pixels from which on a colour is kept as it is: next to each other, large fields differ at a glance. */
const GROUND_SHARE = 0.005;

/** Red, green, blue, each 0 to 255. */
export type Colour = readonly [number, number, number];

export interface Quantized {
  readonly palette: readonly Colour[];
  /** One a pixel. */
  readonly indexes: Uint8Array;
}

/**
 * The most frequent colours, as they are; every other pixel takes the nearest. For drawings, which have few colours and
 * show nothing through: pixels are red, green, blue and an alpha that is not looked at.
 */
export function quantize(pixels: Uint8Array, most: number): Quantized {
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.byteLength >> 2);
  const frequency = new Map<number, number>();
  let previous = -1;
  let run = 0;
  const flush = (): void => {
    if (run > 0) frequency.set(previous, (frequency.get(previous) ?? 0) + run);
  };
  for (const word of words) {
    if (word === previous) run += 1;
    else {
      flush();
      previous = word;
      run = 1;
    }
  }
  flush();

  const kept = spread([...frequency], most, words.length * GROUND_SHARE);
  const palette = kept.map(colourOf);
  const index = new Map(kept.map((word, at) => [word, at]));
  const indexes = new Uint8Array(words.length);
  let lastWord = -1;
  let lastIndex = 0;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? 0;
    if (word !== lastWord) {
      lastWord = word;
      lastIndex = index.get(word) ?? nearest(palette, colourOf(word));
      index.set(word, lastIndex);
    }
    indexes[at] = lastIndex;
  }
  return { palette, indexes };
}

/** Grounds and fills, then frequent colours, but none that is hardly different from one that is kept already. */
function spread(frequency: (readonly [number, number])[], most: number, ground: number): number[] {
  const byFrequency = frequency.toSorted((a, b) => b[1] - a[1]);
  const sorted = byFrequency.map(([word]) => word);
  const kept = byFrequency
    .slice(0, most)
    .filter(([, times]) => times >= ground)
    .map(([word]) => word);
  for (const apart of APART) {
    for (const word of sorted) {
      if (kept.length >= most) return kept;
      const colour = colourOf(word);
      if (kept.every((other) => distance(colourOf(other), colour) > apart)) kept.push(word);
    }
  }
  return kept;
}

function nearest(palette: readonly Colour[], colour: Colour): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [at, other] of palette.entries()) {
    const apart = distance(other, colour);
    if (apart < least) [best, least] = [at, apart];
  }
  return best;
}

function distance(a: Colour, b: Colour): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

/** Of a pixel as a little-endian word. */
function colourOf(word: number): Colour {
  return [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff];
}
