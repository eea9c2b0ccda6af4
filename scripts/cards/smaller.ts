import { Resvg } from '@resvg/resvg-js';
import { encode } from '../../src/core/chart/png.js';

/** Enough for text of every ink on every ground of a card, and for the chart in it. */
const COLOURS = 48;

/** The same picture in fewer colours. */
export function smaller(png: Buffer): Buffer {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const href = `data:image/png;base64,${png.toString('base64')}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image href="${href}" width="${width}" height="${height}"/></svg>`;
  return encode(new Resvg(svg).render().pixels, width, height, COLOURS);
}
