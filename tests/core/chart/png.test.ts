import { crc32, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encode, toPng } from '../../../src/core/chart/png.js';
import { quantize } from '../../../src/core/chart/quantize.js';
import { drawChart } from '../../../src/core/chart/svg.js';
import { failureRate, FONTS, HOSTILE_NAMES, messagesByDay, sources } from './support.js';

/** Colours of a PNG with a palette of four bits, row by row; throws where a checksum is wrong. */
function decode(png: Buffer): { width: number; height: number; colours: string[] } {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    if (crc32(body) !== png.readUInt32BE(at + 8 + length)) throw new Error('wrong checksum');
    chunks.set(body.toString('latin1', 0, 4), body.subarray(4));
    at += 12 + length;
  }
  const header = chunks.get('IHDR')!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  expect([...header.subarray(8)]).toEqual([4, 3, 0, 0, 0]);
  const palette = chunks.get('PLTE')!;
  const rows = inflateSync(chunks.get('IDAT')!);
  const line = 1 + Math.ceil(width / 2);
  const colours = Array.from({ length: width * height }, (_, at) => {
    const x = at % width;
    const byte = rows[Math.floor(at / width) * line + 1 + (x >> 1)]!;
    const index = x % 2 === 0 ? byte >> 4 : byte & 15;
    return palette.subarray(index * 3, index * 3 + 3).toString('hex');
  });
  return { width, height, colours };
}

function pixels(...colours: string[]): Uint8Array {
  return Uint8Array.from(colours.flatMap((colour) => [...Buffer.from(`${colour}ff`, 'hex')]));
}

const names = Array.from({ length: 30 }, (_, at) => `2001:db8:85a3:1234:5678:8a2e:370:${7_000 + at}`);

describe('a PNG', () => {
  it('has the pixels that were drawn', () => {
    const drawn = ['ff0000', '00ff00', '0000ff', 'ffffff', '000000', 'ff0000'];

    const png = encode(pixels(...drawn), 3, 2);

    expect(png.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n');
    expect(decode(png)).toEqual({ width: 3, height: 2, colours: drawn });
  });

  it('keeps large fields as they are, however alike, and gives rare colours the nearest', () => {
    const fields = [...Array<string>(500).fill('ffffff'), ...Array<string>(300).fill('fafafa')];
    const rare = ['000000', '040404', '080808', '909090', '949494', 'f0f0f0'];

    const { palette, indexes } = quantize(pixels(...fields, ...rare), 4);

    expect(palette.map(([grey]) => grey)).toEqual([0xff, 0xfa, 0x00, 0x90]);
    expect(Array.from(indexes.slice(-rare.length), (index) => palette[index]?.[0])).toEqual([
      0x00, 0x00, 0x00, 0x90, 0x90, 0xfa,
    ]);
  });

  it.each([
    ['a month', messagesByDay(30)],
    ['366 days', messagesByDay(366)],
    ['ten years', messagesByDay(3_650, 90_071_992_547)],
    ['shares', failureRate(Array(92).fill(3), Array(92).fill(2))],
    ['30 bars', sources(names, 9_007_199_254_740)],
    ['hostile names', sources(HOSTILE_NAMES)],
  ] as const)('of %s is below 20 kB, so that a message can hold it', (_kind, spec) => {
    const drawing = drawChart(spec, FONTS);

    const { png, width, height } = toPng(drawing, FONTS);

    expect(png.length).toBeLessThan(20_000);
    expect([width, height]).toEqual([drawing.width, drawing.height]);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([width, height]);
  });

  it('shows the bars in their colours on white', () => {
    const { png } = toPng(drawChart(messagesByDay(3), FONTS), FONTS);

    const colours = new Set(decode(png).colours);

    for (const colour of ['ffffff', '14866a', 'c5221f', '1f2328']) expect(colours).toContain(colour);
  });
});
