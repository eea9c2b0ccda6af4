import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** Ends in `/` for a folder. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

// Figures of PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12, 4.3.16 and 4.4.
const LOCAL_SIGNATURE = 0x04034b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const END_SIGNATURE = 0x06054b50;
const VERSION_NEEDED = 20;
const NAMES_ARE_UTF8 = 0x0800;
const DEFLATED = 8;
/** 1980-01-01, the first day the format knows: a fixed date keeps the bytes equal from run to run. */
const DOS_DATE = 0x0021;

/** Fields that the local header and the central directory have in common. */
function common(entry: ZipEntry, packed: Uint8Array, name: Uint8Array): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION_NEEDED, 0);
  fields.writeUInt16LE(NAMES_ARE_UTF8, 2);
  fields.writeUInt16LE(DEFLATED, 4);
  fields.writeUInt16LE(DOS_DATE, 8);
  fields.writeUInt32LE(crc32(entry.bytes), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(entry.bytes.length, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function words(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32LE(number, index * 4);
  return bytes;
}

/** A zip archive of a few small files, deflated; its bytes depend on the content alone. No ZIP64. */
export function zip(entries: readonly ZipEntry[], level?: number): Buffer {
  const locals: Uint8Array[] = [];
  const centrals: Uint8Array[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name, 'utf8');
    const packed = deflateRawSync(entry.bytes, level === undefined ? {} : { level });
    const fields = common(entry, packed, name);
    locals.push(words(LOCAL_SIGNATURE), fields, name, packed);
    const central = Buffer.alloc(14);
    central.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([VERSION_NEEDED, 0]);
    centrals.push(words(CENTRAL_SIGNATURE), madeBy, fields, central, name);
    offset += 4 + fields.length + name.length + packed.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, words(END_SIGNATURE), end]);
}
