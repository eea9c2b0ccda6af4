import { crc32 } from 'node:zlib';
import type Yauzl from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import type { RandomAccess } from '../bytes.js';
import type { Limits } from '../limits.js';
import { loadCommonJs } from '../loading.js';
import type { ProblemList } from '../problems.js';
import { tooManyEntries } from './budget.js';
import type { ByteReader } from './byte-reader.js';
import { inflate, inflateInMemory } from './inflate.js';
import { slice } from './slice.js';
import { UnpackError } from './unpack-error.js';

const yauzl = loadCommonJs('yauzl') as typeof Yauzl;

export interface ZipEntry {
  /** As written in the archive. */
  readonly name: string;
  /** The packed bytes. Throws UnpackError where they are damaged, encrypted or packed in a rare way. */
  packed(): Promise<RandomAccess>;
  /** Unpacks them and checks size and CRC-32; throws UnpackError. */
  unpack(packed: ByteReader): AsyncGenerator<Uint8Array>;
  /** The same at once; null where more than `cap` bytes come out. */
  unpackInMemory(packed: Uint8Array, cap: number): Uint8Array | null;
}

const STORED = 0;
const DEFLATED = 8;
/** Names, extra fields and comments of all entries together; real ones have some hundred bytes each. */
const DIRECTORY_BYTES = 4 * 1024 * 1024;
/** Bytes of the record at the end without its comment, and of the longest comment (APPNOTE 4.3.16). */
const END_RECORD = 22;
const LONGEST_COMMENT = 0xffff;
/** Bytes of a local header without the name (APPNOTE 4.3.7). */
const LOCAL_HEADER = 30;
/** What the documents of word processors and the like have, which are zips too (ECMA-376 part 2). */
const OFFICE_ENTRY = '[Content_Types].xml';
/** Method number under which WinZip hides AES encryption. */
const AES = 99;

/**
 * The files of a zip, in order; folders and what macOS adds are passed over. The number of entries that the archive
 * states (zip64 too) is checked before any is listed. Throws UnpackError, LimitError, and what the storage throws.
 */
export async function listZip(
  whole: RandomAccess,
  limits: Limits,
  problems: ProblemList,
): Promise<ZipEntry[]> {
  const source = await withoutTrailingBytes(whole, problems);
  const storage = new Storage(source);
  try {
    const zip = await openZip(storage, source);
    if (zip.entryCount > limits.entries) throw tooManyEntries(limits.entries);
    const entries: ZipEntry[] = [];
    const places: Place[] = [];
    let directory = 0;
    for await (const entry of zip.eachEntry()) {
      directory += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
      if (directory > DIRECTORY_BYTES) throw damaged();
      const start = entry.relativeOffsetOfLocalHeader;
      places.push({ start, end: start + LOCAL_HEADER + entry.fileNameLength + entry.compressedSize });
      const name = nameOf(entry);
      if (name === OFFICE_ENTRY)
        throw new UnpackError('office-document', 'The file is an Office document, not a report.');
      if (!isClutter(name)) entries.push(asEntry(zip, entry, name, source, storage));
    }
    if (overlap(places))
      throw new UnpackError(
        'zip-overlap',
        'Members of the zip share their bytes, as only an archive made to do harm has it; it was not read.',
      );
    return entries;
  } catch (error) {
    throw storage.error ?? translate(error);
  }
}

/** Bytes of one member, at the least. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** Few bytes that are unpacked often are the trick of the strongest zip bombs (D. Fifield, WOOT 2019). */
function overlap(places: Place[]): boolean {
  const sorted = places.sort((a, b) => a.start - b.start);
  return sorted.some((place, index) => index > 0 && place.start < (sorted[index - 1]?.end ?? 0));
}

/** Mail gateways add line breaks and footers behind attachments; yauzl takes that for damage. */
async function withoutTrailingBytes(source: RandomAccess, problems: ProblemList): Promise<RandomAccess> {
  const start = Math.max(0, source.size - END_RECORD - LONGEST_COMMENT);
  const tail = Buffer.from(await source.read(start, END_RECORD + LONGEST_COMMENT));
  const at = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (at < 0 || at + END_RECORD > tail.length) return source;
  const end = at + END_RECORD + tail.readUInt16LE(at + END_RECORD - 2);
  if (end >= tail.length) return source;
  problems.add('zip-trailing-bytes', 'Bytes after the end of the zip were left out.');
  return slice(source, 0, start + end);
}

function openZip(storage: Storage, source: RandomAccess): Promise<ZipFile> {
  // Names are decoded here, since yauzl gives up on the whole archive at the first strange one.
  const options = { autoClose: false, decodeStrings: false };
  return yauzl.fromRandomAccessReaderPromise(storage, source.size, options);
}

function nameOf(entry: Entry): string {
  return yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
}

function isClutter(name: string): boolean {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return name.endsWith('/') || name.startsWith('__MACOSX/') || base.startsWith('._') || base === '.DS_Store';
}

function asEntry(zip: ZipFile, entry: Entry, name: string, source: RandomAccess, storage: Storage): ZipEntry {
  const isDeflated = entry.compressionMethod === DEFLATED;

  async function packed(): Promise<RandomAccess> {
    if (entry.isEncrypted() || entry.compressionMethod === AES)
      throw new UnpackError('zip-encrypted', 'The zip is protected by a password; ask for it without one.');
    if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
      throw new UnpackError(
        'zip-method',
        `The zip is packed by method ${entry.compressionMethod}, which is not read; ask for plain deflate.`,
      );
    try {
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      return slice(source, fileDataStart, entry.compressedSize);
    } catch (error) {
      throw storage.error ?? translate(error);
    }
  }

  function check(size: number, crc: number): void {
    if (size !== entry.uncompressedSize) throw damaged();
    if (crc !== entry.crc32)
      throw new UnpackError(
        'zip-crc',
        'The checksum of a member of the zip is wrong, so it was changed on the way; ask the reporter to send the report again.',
      );
  }

  return {
    name,
    packed,
    async *unpack(input) {
      let crc = 0;
      let size = 0;
      for await (const chunk of isDeflated ? inflate(input, 'zip') : rest(input)) {
        crc = crc32(chunk, crc);
        size += chunk.length;
        yield chunk;
      }
      check(size, crc);
    },
    unpackInMemory(bytes, cap) {
      if (entry.uncompressedSize > cap) return null;
      const unpacked = isDeflated ? inflateInMemory(bytes, cap, 'zip')?.bytes : bytes;
      if (!unpacked) return null;
      check(unpacked.length, crc32(unpacked));
      return unpacked;
    },
  };
}

async function* rest(input: ByteReader): AsyncGenerator<Uint8Array> {
  for (let chunk = await input.next(); chunk; chunk = await input.next()) yield chunk;
}

/** yauzl throws plain errors about the archive; ours and the storage's are told apart before this. */
function translate(error: unknown): unknown {
  return error instanceof Error && error.constructor === Error ? damaged() : error;
}

function damaged(): UnpackError {
  return new UnpackError(
    'zip-damaged',
    'The zip is damaged or cut and cannot be unpacked; ask the reporter to send the report again.',
  );
}

/** The archive as yauzl reads it; remembers what the storage threw, since yauzl hands on any error alike. */
class Storage extends yauzl.RandomAccessReader {
  readonly #source: RandomAccess;
  error: unknown = null;

  constructor(source: RandomAccess) {
    super();
    this.#source = source;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.#source.read(position, length).then(
      (bytes) => {
        buffer.set(bytes, offset);
        if (bytes.length < length) callback(new Error('unexpected end of the archive'));
        else callback(null, bytes.length);
      },
      (error: unknown) => {
        this.error = error;
        callback(new Error('storage'));
      },
    );
  }
}
