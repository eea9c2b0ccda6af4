import { inMemory, type ByteSource, type RandomAccess } from '../bytes.js';
import { lazily } from '../loading.js';
import { ProblemList } from '../problems.js';
import { toRandomAccess } from './access.js';
import type { Meter } from './budget.js';
import { decodeBase64, decodeBase64InMemory } from './base64.js';
import { byteReader, type ByteReader } from './byte-reader.js';
import type { ContainerType } from './detect.js';
import { gunzip, gunzipInMemory } from './gzip.js';
import { SMALL, type Layer, type Reading } from './layer.js';
import { joinPath, uniqueNames } from './name.js';
import type { ZipEntry } from './zip.js';
import { unzlib, unzlibInMemory } from './zlib.js';

const tar = lazily(() => import('./tar.js'));
const zip = lazily(() => import('./zip.js'));
const bzip2 = lazily(() => import('./bzip2.js'));
const xz = lazily(() => import('./xz.js'));

/** How one kind of packed stream is unpacked. */
interface Codec {
  stream(input: ByteReader, problems: ProblemList, reading: Reading): AsyncGenerator<Uint8Array>;
  /** At once; null where more than `cap` bytes come out. */
  inMemory(bytes: Uint8Array, cap: number, problems: ProblemList, reading: Reading): Uint8Array | null;
}

const CODECS: Readonly<Record<'gzip' | 'zlib' | 'base64', Codec>> = {
  gzip: {
    stream: (input, problems, reading) => gunzip(input, problems, reading.limits.entries),
    inMemory: (bytes, cap, problems, reading) => gunzipInMemory(bytes, cap, problems, reading.limits.entries),
  },
  zlib: { stream: unzlib, inMemory: unzlibInMemory },
  base64: { stream: decodeBase64, inMemory: decodeBase64InMemory },
};

/**
 * What a container holds, one layer after the other. Compressed streams have one layer and add nothing to the path;
 * archives have one for each file. Throws UnpackError, LimitError, and what the storage throws.
 */
export async function* unpack(layer: Layer, type: ContainerType, reading: Reading): AsyncGenerator<Layer> {
  switch (type) {
    case 'gzip':
    case 'zlib':
    case 'base64':
      yield unpackStream(layer, CODECS[type], reading);
      return;
    case 'bzip2':
    case 'xz':
      yield await unpackToSpool(layer, type, reading);
      return;
    case 'zip': {
      const named = uniqueNames();
      const source = await toRandomAccess(layer.source, reading);
      const { listZip } = await zip();
      const entries = await listZip(source, reading.limits, layer.problems);
      reading.budget.countMembers(entries.length);
      for (const entry of entries) yield await zipMember(layer, entry, named(entry.name, 'member'), reading);
      return;
    }
    case 'tar': {
      const named = uniqueNames();
      const { listTar } = await tar();
      const entries = await listTar(await toRandomAccess(layer.source, reading), reading.limits);
      reading.budget.countMembers(entries.length);
      for (const entry of entries) yield member(layer, named(entry.name, 'member'), entry.source);
      return;
    }
  }
}

/** A named member of an archive or mail. */
export function member(outer: Layer, name: string, source: ByteSource): Layer {
  return {
    path: joinPath(outer.path, name),
    depth: outer.depth + 1,
    source,
    problems: new ProblemList(),
    outer,
  };
}

function unpackStream(outer: Layer, codec: Codec, reading: Reading): Layer {
  const problems = new ProblemList();
  const { memory } = outer.source;
  const meter = reading.budget.meter();
  const inner = (source: ByteSource): Layer => ({
    path: outer.path,
    depth: outer.depth + 1,
    source,
    problems,
    outer,
  });

  if (memory && memory.length <= SMALL) {
    const bytes = codec.inMemory(memory, SMALL, problems, reading);
    if (bytes) {
      meter.add(bytes.length, memory.length);
      return inner(inMemory(bytes));
    }
  }
  return inner(
    unpacked(
      () => outer.source.stream(),
      (input) => codec.stream(input, problems, reading),
      { meter, problems },
    ),
  );
}

/** What comes out of a packed stream, counted; every reading of it unpacks it once more. */
function unpacked(
  open: () => AsyncIterable<Uint8Array>,
  unpackFrom: (input: ByteReader) => AsyncGenerator<Uint8Array>,
  { meter, problems }: { readonly meter: Meter; readonly problems: ProblemList },
): ByteSource {
  return {
    size: null,
    async *stream() {
      problems.clear();
      meter.restart();
      const input = byteReader(open());
      try {
        for await (const chunk of unpackFrom(input)) {
          meter.add(chunk.length, input.consumed);
          yield chunk;
        }
      } finally {
        await input.close();
      }
    },
  };
}

/** These two are unpacked once, into memory or the spool: one decoder is slow, the other shared by the process. */
async function unpackToSpool(outer: Layer, type: 'bzip2' | 'xz', reading: Reading): Promise<Layer> {
  const meter = reading.budget.meter();
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const input = byteReader(outer.source.stream());
    try {
      if (type === 'bzip2') {
        const { bunzip2, readPacked } = await bzip2();
        const packed = await readPacked(input, reading.limits.mailBytes);
        for (const piece of bunzip2(packed, (bytes, read) => meter.add(bytes, read))) yield piece;
        return;
      }
      for await (const chunk of (await xz()).unxz(input)) {
        meter.add(chunk.length, input.consumed);
        yield chunk;
      }
    } finally {
      await input.close();
    }
  }
  const source: RandomAccess = await toRandomAccess({ size: null, stream: chunks }, reading);
  return { path: outer.path, depth: outer.depth + 1, source, problems: new ProblemList(), outer };
}

async function zipMember(outer: Layer, entry: ZipEntry, name: string, reading: Reading): Promise<Layer> {
  const meter = reading.budget.meter();
  const problems = new ProblemList();
  async function* open(): AsyncGenerator<Uint8Array> {
    yield* (await entry.packed()).stream();
  }
  const streamed = unpacked(open, (input) => entry.unpack(input), { meter, problems });
  const layer: Layer = { ...member(outer, name, streamed), problems };
  try {
    const packed = await entry.packed();
    const bytes = packed.memory && entry.unpackInMemory(packed.memory, SMALL);
    if (!bytes) return layer;
    meter.add(bytes.length, packed.size);
    return { ...layer, source: inMemory(bytes) };
  } catch {
    // A damaged member must not end the reading of the others: it fails again, as a stream, when it is read.
    return layer;
  }
}
