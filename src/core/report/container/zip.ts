import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import type { RandomAccess } from '../bytes.js';
import type { Limits } from '../limits.js';
import { tooManyEntries } from './budget.js';
import { byteReader } from './byte-reader.js';
import { inflate, inflateInMemory } from './inflate.js';
import { slice } from './slice.js';
import { UnpackError } from './unpack-error.js';

export interface ZipEntry {
  /** As written in the archive. */
  readonly name: string;
  /** Bytes in the archive. */
  readonly packedSize: number;
  /** Bytes that the archive says it unpacks to; checked while it is unpacked. */
  readonly size: number;
  /** Unpacks and checks size and CRC-32. Throws UnpackError where it is damaged, encrypted or packed in a rare way. */
  stream(): AsyncGenerator<Uint8Array>;
  /** The same at once; null where more than `cap` bytes come out. */
  unpackInMemory(cap: number): Promise<Uint8Array | null>;
}

const STORED = 0;
const DEFLATED = 8;
/** Names, extra fields and comments of all entries together; real ones have some hundred bytes each. */
const DIRECTORY_BYTES = 4 * 1024 * 1024;
/** What the documents of word processors and the like have, which are zips too (ECMA-376 part 2). */
const OFFICE_ENTRY = '[Content_Types].xml';
/** Method number under which WinZip hides AES encryption. */
const AES = 99;

/**
 * The files of a zip, in order; folders and what macOS adds are passed over. The number of entries that the archive
 * states (zip64 too) is checked before any is listed. Throws UnpackError, LimitError, and what the storage throws.
 */
export async function listZip(source: RandomAccess, limits: Limits): Promise<ZipEntry[]> {
  const storage = new Storage(source);
  try {
    const zip = await openZip(storage, source);
    if (zip.entryCount > limits.entries) throw tooManyEntries(limits.entries);
    const entries: ZipEntry[] = [];
    let directory = 0;
    for await (const entry of zip.eachEntry()) {
      directory += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
      if (directory > DIRECTORY_BYTES) throw damaged();
      const name = nameOf(entry);
      if (name === OFFICE_ENTRY)
        throw new UnpackError('office-document', 'The file is an Office document, not a report.');
      if (!isClutter(name)) entries.push(asEntry(zip, entry, name, source, storage));
    }
    return entries;
  } catch (error) {
    throw storage.error ?? translate(error);
  }
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
  async function data(): Promise<RandomAccess> {
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
    packedSize: entry.compressedSize,
    size: entry.uncompressedSize,
    async *stream() {
      const packed = byteReader((await data()).stream());
      let crc = 0;
      let size = 0;
      try {
        const chunks = entry.compressionMethod === DEFLATED ? inflate(packed, 'zip') : rest(packed);
        for await (const chunk of chunks) {
          crc = crc32(chunk, crc);
          size += chunk.length;
          // Said to be smaller than it is: a lie that size limits must not rest on.
          if (size > entry.uncompressedSize) throw damaged();
          yield chunk;
        }
      } finally {
        await packed.close();
      }
      check(size, crc);
    },
    async unpackInMemory(cap) {
      const { memory } = await data();
      if (!memory || entry.uncompressedSize > cap) return null;
      const bytes =
        entry.compressionMethod === DEFLATED ? inflateInMemory(memory, cap, 'zip')?.bytes : memory;
      if (!bytes) return null;
      check(bytes.length, crc32(bytes));
      return bytes;
    },
  };
}

async function* rest(packed: ReturnType<typeof byteReader>): AsyncGenerator<Uint8Array> {
  for (let chunk = await packed.next(); chunk; chunk = await packed.next()) yield chunk;
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
