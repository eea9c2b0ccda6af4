import type { Random } from '../../src/core/sample/random.js';
import { NUMBERS, PIECES } from './pieces.js';
import { WRAPPERS } from './wrappers.js';

/** One change to some bytes; `pool` holds others to take parts from. */
type Mutation = (bytes: Buffer, random: Random, pool: readonly Buffer[]) => Buffer;

/** Larger inputs are no small files any more, of which a second is promised. */
const MOST_BYTES = 1024 * 1024;
const MOST_MUTATIONS = 4;

/** A new input: a seed file with a few changes, from its text up to the containers around it. */
export function mutant(pool: readonly Buffer[], random: Random): Buffer {
  let bytes = pick(pool, random);
  for (let turn = random.below(MOST_MUTATIONS + 1); turn >= 0; turn -= 1) {
    const changed = pick(MUTATIONS, random)(bytes, random, pool);
    if (changed.length <= MOST_BYTES) bytes = changed;
  }
  return bytes;
}

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  overwrite,
  truncate,
  cutOut,
  repeatPart,
  splice,
  insertPiece,
  insertPiece,
  insertManyPieces,
  changeNumber,
  changeNumber,
  repeatElement,
  dropTag,
  nestDeeply,
  longText,
  lieAboutSizes,
  lieAboutSizes,
  wrap,
  wrap,
  nestContainers,
  recode,
];

function flipBits(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  for (let turn = random.below(16); turn >= 0 && changed.length > 0; turn -= 1) {
    const at = random.below(changed.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
  }
  return changed;
}

function overwrite(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  const at = place(bytes, random);
  const value = pick([0, 0xff, 0x20, random.below(256)], random);
  return changed.fill(value, at, Math.min(bytes.length, at + 1 + random.below(64)));
}

function truncate(bytes: Buffer, random: Random): Buffer {
  return Buffer.from(bytes.subarray(0, place(bytes, random)));
}

function cutOut(bytes: Buffer, random: Random): Buffer {
  const at = place(bytes, random);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.below(200))]);
}

function repeatPart(bytes: Buffer, random: Random): Buffer {
  const at = place(bytes, random);
  const part = bytes.subarray(at, at + 1 + random.below(400));
  return Buffer.concat([
    bytes.subarray(0, at),
    ...Array.from({ length: 1 + random.below(50) }, () => part),
    bytes.subarray(at),
  ]);
}

function splice(bytes: Buffer, random: Random, pool: readonly Buffer[]): Buffer {
  const other = pick(pool, random);
  return Buffer.concat([bytes.subarray(0, place(bytes, random)), other.subarray(place(other, random))]);
}

function insertPiece(bytes: Buffer, random: Random): Buffer {
  return insert(bytes, place(bytes, random), pick(PIECES, random));
}

function insertManyPieces(bytes: Buffer, random: Random): Buffer {
  const piece = pick(PIECES, random);
  return insert(
    bytes,
    place(bytes, random),
    Buffer.concat(Array.from({ length: 1 << random.below(14) }, () => piece)),
  );
}

function changeNumber(bytes: Buffer, random: Random): Buffer {
  return changeMatch(bytes, random, /\d+/g, () => pick(NUMBERS, random));
}

/** An element with its content, doubled or thousands of times over. */
function repeatElement(bytes: Buffer, random: Random): Buffer {
  return changeMatch(bytes, random, /<(\w+)>[^]{0,2000}?<\/\1>/g, (found) =>
    found.repeat(2 ** random.below(12)),
  );
}

function dropTag(bytes: Buffer, random: Random): Buffer {
  return changeMatch(bytes, random, /<\/?\w+>/g, () => pick(['', '</x>', '<x>', '<x/>'], random));
}

function nestDeeply(bytes: Buffer, random: Random): Buffer {
  const depth = 2 ** random.below(16);
  const [open, close] = pick(
    [
      ['<a>', '</a>'],
      ['[', ']'],
      ['{"a":', '}'],
      ['<!--', '-->'],
    ] as const,
    random,
  );
  return insert(bytes, place(bytes, random), Buffer.from(open.repeat(depth) + close.repeat(depth)));
}

function longText(bytes: Buffer, random: Random): Buffer {
  const text = pick(['a', ' ', '\n', 'é', '𝄞', '\t', '=', '\r\n ', '%00'], random);
  return insert(bytes, place(bytes, random), Buffer.from(text.repeat(2 ** random.below(19))));
}

/** Writes a wrong figure where archives keep sizes, offsets, counts and checksums. */
function lieAboutSizes(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  const places = [
    ...headers(bytes, 'PK\u0003\u0004', [6, 8, 14, 18, 22, 26, 28]),
    ...headers(bytes, 'PK\u0001\u0002', [8, 10, 16, 20, 24, 28, 30, 32, 42]),
    ...headers(bytes, 'PK\u0005\u0006', [4, 8, 10, 12, 16, 20]),
    ...headers(bytes, '\u001f\u008b', [3, 8, 10]),
    ...headers(bytes, 'ustar', [-133, -109, -101, 0]),
    bytes.length - 8,
    bytes.length - 4,
  ].filter((at) => at >= 0 && at + 4 <= bytes.length);
  if (places.length === 0) return changed;
  const value = pick(
    [0, 1, 0x7fffffff, 0xffffffff, 0xffff, 0x10000, bytes.length, random.below(2 ** 31)],
    random,
  );
  const at = pick(places, random);
  if (random.below(2) === 0) changed.writeUInt32LE(value >>> 0, at);
  else changed.writeUInt16LE(value & 0xffff, at);
  return changed;
}

function headers(bytes: Buffer, magic: string, offsets: readonly number[]): number[] {
  const found: number[] = [];
  const wanted = Buffer.from(magic, 'latin1');
  for (let at = bytes.indexOf(wanted); at !== -1 && found.length < 100; at = bytes.indexOf(wanted, at + 1))
    found.push(...offsets.map((offset) => at + offset));
  return found;
}

function wrap(bytes: Buffer, random: Random): Buffer {
  return pick(WRAPPERS, random)(bytes, random);
}

function nestContainers(bytes: Buffer, random: Random): Buffer {
  const wrapper = pick(WRAPPERS, random);
  let wrapped = bytes;
  for (let layer = random.below(12); layer >= 0 && wrapped.length < MOST_BYTES / 4; layer -= 1)
    wrapped = wrapper(wrapped, random);
  return wrapped;
}

function recode(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString('utf8');
  const little = Buffer.from(text, 'utf16le');
  return pick(
    [
      () => little,
      () => Buffer.concat([Buffer.from('fffe', 'hex'), little]),
      () => Buffer.concat([Buffer.from('feff', 'hex'), Buffer.from(little).swap16()]),
      () => Buffer.from(text, 'latin1'),
      () => Buffer.concat([Buffer.from('efbbbf', 'hex'), bytes]),
      () => Buffer.from(text.replace(/encoding="[^"]*"/, 'encoding="utf-32"')),
    ],
    random,
  )();
}

function changeMatch(
  bytes: Buffer,
  random: Random,
  pattern: RegExp,
  change: (found: string) => string,
): Buffer {
  const text = bytes.toString('latin1');
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return bytes;
  const { 0: found, index } = pick(matches, random);
  return Buffer.from(text.slice(0, index) + change(found) + text.slice(index + found.length), 'latin1');
}

function insert(bytes: Buffer, at: number, piece: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}

function place(bytes: Buffer, random: Random): number {
  return random.below(bytes.length + 1);
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
}
