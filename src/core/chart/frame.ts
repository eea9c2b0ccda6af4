import type { Fonts } from './fonts.js';
import { FONT_FAMILY, STRONG_WEIGHT } from './fonts.js';
import { AXIS, BORDER, GROUND, INK, patterns, QUIET_INK, type Fill } from './palette.js';
import { escapeXml, fit, printable } from './text.js';

/** The card around a plot: ground, border, title, what is counted, and the names of the series. */

/**
 * Pixels of the PNG. Wide enough for a month of days, and one and a half times of what chats show it at, for dense
 * screens. Whole pixels everywhere: the same text is then the same pixels, which makes the file small.
 */
export const WIDTH = 1080;
export const MARGIN = 36;
const TITLE = { size: 29, base: 64 };
const SUBTITLE = { size: 20, base: 96 };
const LEGEND = { size: 21, base: 136, line: 34, swatch: 22, after: 10, gap: 34 };
const EMPTY = { size: 22, corner: 9, height: 300, text: 'Nothing in this period' };

/** A picture as SVG, with its size in pixels. */
export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

export interface Frame {
  readonly title: string;
  /** Unit, period and zone. */
  readonly subtitle: string;
  readonly legend: readonly Entry[];
  readonly fonts: Fonts;
}

/** A series, named beside what it looks like. */
export interface Entry {
  readonly fill: Fill;
  readonly as: 'bars' | 'line';
  readonly name: string;
  /** After the name, such as its total. */
  readonly figure: string;
}

/** Where the plot begins, in pixels from the top. */
export function headHeight(frame: Frame): number {
  const rows = legendRows(frame).length;
  return rows === 0 ? SUBTITLE.base + 20 : LEGEND.base + (rows - 1) * LEGEND.line + 26;
}

/** The whole picture as SVG; `plot` is the inner SVG, at its place already. */
export function drawFrame(frame: Frame, height: number, plot: string, fills: readonly Fill[]): string {
  const { fonts } = frame;
  const room = WIDTH - 2 * MARGIN;
  const title = fit(printable(frame.title, fonts.strong), room, fonts.strong, TITLE.size);
  const subtitle = fit(printable(frame.subtitle, fonts.regular), room, fonts.regular, SUBTITLE.size);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="${FONT_FAMILY}">`,
    `<defs>${patterns(fills)}</defs>`,
    `<rect x="1" y="1" width="${WIDTH - 2}" height="${height - 2}" fill="${GROUND}" stroke="${BORDER}" stroke-width="2"/>`,
    label(MARGIN, TITLE.base, title, TITLE.size, INK, { strong: true }),
    label(MARGIN, SUBTITLE.base, subtitle, SUBTITLE.size, QUIET_INK),
    ...legendRows(frame).flatMap((row, at) => drawRow(row, LEGEND.base + at * LEGEND.line)),
    plot,
    '</svg>',
  ].join('');
}

/** One line of text, from a point on. It begins on a whole pixel, so that the same text is the same pixels everywhere. */
export function label(
  x: number,
  y: number,
  text: string,
  size: number,
  colour: string,
  look: { readonly strong?: boolean } = {},
): string {
  const weight = look.strong === true ? ` font-weight="${STRONG_WEIGHT}"` : '';
  return `<text x="${whole(x)}" y="${whole(y)}" font-size="${size}" fill="${colour}"${weight}>${escapeXml(text)}</text>`;
}

/** A whole pixel, and an even one: two pixels share a byte. */
function whole(value: number): number {
  return 2 * Math.round(value / 2);
}

/** A frame that says that there is nothing to draw. */
export function drawEmpty(frame: Frame): Drawing {
  const { size, corner, height, text } = EMPTY;
  const { regular } = frame.fonts;
  const top = headHeight(frame);
  const inside = height - top - MARGIN;
  const plot = [
    `<rect x="${MARGIN + 1}" y="${top + 1}" width="${WIDTH - 2 * MARGIN - 2}" height="${inside - 2}" rx="${corner}" fill="none" stroke="${AXIS}" stroke-width="2" stroke-dasharray="6 6"/>`,
    label((WIDTH - regular.width(text, size)) / 2, top + inside / 2 + 8, text, size, QUIET_INK),
  ].join('');
  return { svg: drawFrame(frame, height, plot, []), width: WIDTH, height };
}

interface Placed {
  readonly entry: Entry;
  readonly name: string;
  readonly figure: string;
  readonly x: number;
  readonly nameWidth: number;
}

/** Entries beside each other while they fit, else on a line of their own. */
function legendRows({ legend, fonts }: Frame): Placed[][] {
  const rows: Placed[][] = [];
  let x = Number.POSITIVE_INFINITY;
  const room = WIDTH - 2 * MARGIN;
  for (const entry of legend) {
    const figure = printable(entry.figure, fonts.regular);
    const figureWidth = fonts.regular.width(figure, LEGEND.size);
    const most = room - LEGEND.swatch - 2 * LEGEND.after - figureWidth;
    const name = fit(printable(entry.name, fonts.strong), most, fonts.strong, LEGEND.size);
    const nameWidth = fonts.strong.width(name, LEGEND.size);
    const width = LEGEND.swatch + 2 * LEGEND.after + nameWidth + figureWidth;
    if (x + width > room) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)?.push({ entry, name, figure, x: MARGIN + x, nameWidth });
    x += width + LEGEND.gap;
  }
  return rows;
}

function drawRow(row: readonly Placed[], base: number): string[] {
  return row.flatMap(({ entry, name, figure, x, nameWidth }) => {
    const after = x + LEGEND.swatch + LEGEND.after;
    return [
      entry.as === 'bars'
        ? `<rect x="${whole(x)}" y="${base - 18}" width="${LEGEND.swatch}" height="${LEGEND.swatch}" rx="3" fill="${entry.fill.paint}"/>`
        : `<path d="M${whole(x)} ${base - 7}h${LEGEND.swatch}" stroke="${entry.fill.colour}" stroke-width="5" stroke-linecap="round"/>`,
      label(after, base, name, LEGEND.size, INK, { strong: true }),
      label(after + nameWidth + 9, base, figure, LEGEND.size, QUIET_INK),
    ];
  });
}
