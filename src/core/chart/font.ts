/**
 * What a TrueType font says of its characters: which it has, and how wide they are. Text is measured where it is laid
 * out, and what the font lacks is written in other words instead of an empty box.
 * Tables: https://learn.microsoft.com/typography/opentype/spec/ (head, hhea, hmtx, cmap formats 4 and 12).
 */
export interface Font {
  /** Where the file is, for whoever draws with it. */
  readonly file: string;
  /** Whether it has a picture of this code point. */
  has(codePoint: number): boolean;
  /** Pixels that a text takes at a size in pixels, without kerning; what the font lacks counts as one em. */
  width(text: string, size: number): number;
}

const UNICODE_PLATFORMS = new Set([0, 3]);

/** Reads a font from the bytes of its file. Throws a RangeError or an Error on bytes that are no TrueType font. */
export function readFont(file: string, bytes: Uint8Array): Font {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = new Map<string, number>();
  for (let at = 0; at < view.getUint16(4); at += 1) {
    const entry = 12 + at * 16;
    tables.set(String.fromCharCode(...bytes.subarray(entry, entry + 4)), view.getUint32(entry + 8));
  }
  const table = (tag: string): number => {
    const offset = tables.get(tag);
    if (offset === undefined) throw new Error(`${file} has no table ${tag}: it is no TrueType font.`);
    return offset;
  };

  const em = view.getUint16(table('head') + 18);
  const widths = view.getUint16(table('hhea') + 34);
  const metrics = table('hmtx');
  const advance = (glyph: number): number => view.getUint16(metrics + Math.min(glyph, widths - 1) * 4) / em;

  const advances = new Map<number, number>();
  for (const [codePoint, glyph] of glyphs(view, table('cmap')))
    if (glyph !== 0) advances.set(codePoint, advance(glyph));
  if (advances.size === 0) throw new Error(`${file} has no characters of Unicode.`);

  return {
    file,
    has: (codePoint) => advances.has(codePoint),
    width(text, size) {
      let ems = 0;
      for (const character of text) ems += advances.get(character.codePointAt(0) ?? 0) ?? 1;
      return ems * size;
    },
  };
}

/** Code points and their glyphs, from all Unicode maps of the font. */
function* glyphs(view: DataView, cmap: number): Generator<readonly [number, number]> {
  for (let at = 0; at < view.getUint16(cmap + 2); at += 1) {
    const record = cmap + 4 + at * 8;
    if (!UNICODE_PLATFORMS.has(view.getUint16(record))) continue;
    const map = cmap + view.getUint32(record + 4);
    const format = view.getUint16(map);
    if (format === 4) yield* segments(view, map);
    if (format === 12) yield* groups(view, map);
  }
}

/** Format 4: segments of the basic plane. */
function* segments(view: DataView, map: number): Generator<readonly [number, number]> {
  const size = view.getUint16(map + 6);
  const ends = map + 14;
  const starts = ends + size + 2;
  const deltas = starts + size;
  const offsets = deltas + size;
  for (let at = 0; at < size; at += 2) {
    const delta = view.getUint16(deltas + at);
    const offset = view.getUint16(offsets + at);
    const start = view.getUint16(starts + at);
    const end = view.getUint16(ends + at);
    for (let codePoint = start; codePoint <= end && codePoint < 0xffff; codePoint += 1) {
      const glyph =
        offset === 0 ? codePoint : view.getUint16(offsets + at + offset + (codePoint - start) * 2);
      yield [codePoint, glyph === 0 ? 0 : (glyph + delta) & 0xffff];
    }
  }
}

/** Format 12: groups of all planes. */
function* groups(view: DataView, map: number): Generator<readonly [number, number]> {
  for (let at = 0; at < view.getUint32(map + 12); at += 1) {
    const group = map + 16 + at * 12;
    const start = view.getUint32(group);
    const end = view.getUint32(group + 4);
    const glyph = view.getUint32(group + 8);
    for (let codePoint = start; codePoint <= end; codePoint += 1)
      yield [codePoint, glyph + codePoint - start];
  }
}
