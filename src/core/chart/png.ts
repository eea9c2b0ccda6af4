import { crc32, deflateSync } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import type { Fonts } from './fonts.js';
import { FONT_FAMILY } from './fonts.js';
import { quantize } from './quantize.js';
import type { Drawing } from './frame.js';

/** What half a byte counts: enough for inks, fills and their edges, and the file stays small. */
const HALF_BYTE = 16;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** PNG (Third Edition) §11.2.1: the colour type of a palette. */
const PALETTE_COLOUR = 3;

export interface Png {
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
}

/** A drawing as PNG with a palette, which takes a third of one with true colours. */
export function toPng(drawing: Drawing, fonts: Fonts): Png {
  const image = new Resvg(drawing.svg, {
    font: {
      loadSystemFonts: false,
      fontFiles: [fonts.regular.file, fonts.strong.file],
      defaultFontFamily: FONT_FAMILY,
    },
  }).render();
  const { width, height } = image;
  return { png: encode(image.pixels, width, height), width, height };
}

/**
 * PNG of pixels of four bytes, of which the last, their transparency, is left out, in at most so many colours: 256, or 16
 * for half the size.
 */
export function encode(pixels: Uint8Array, width: number, height: number, colours = HALF_BYTE): Buffer {
  const { palette, indexes } = quantize(pixels, colours);
  const bits = colours <= HALF_BYTE ? 4 : 8;
  // The first byte of a row names its filter; for palettes none is best (§12.7).
  const line = 1 + Math.ceil((width * bits) / 8);
  const rows = new Uint8Array(line * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const at = y * line + 1 + ((x * bits) >> 3);
      const index = indexes[y * width + x] ?? 0;
      rows[at] = bits === 4 && x % 2 === 0 ? index << bits : (rows[at] ?? 0) | index;
    }

  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, PALETTE_COLOUR, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
