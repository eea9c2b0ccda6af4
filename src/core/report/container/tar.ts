import type { RandomAccess } from '../bytes.js';
import type { Limits } from '../limits.js';
import { tooManyEntries } from './budget.js';
import { slice } from './slice.js';
import { readTarHeader, TAR_BLOCK, type TarHeader } from './tar-header.js';
import { UnpackError } from './unpack-error.js';

export interface TarEntry {
  /** As written in the archive. */
  readonly name: string;
  readonly source: RandomAccess;
}

/** A long name or the fields of a pax header; more is not a name. */
const LONGEST_NAME = 16 * 1024;

/**
 * The files of a tar archive, in order; folders, links and the like are passed over. Listed as a whole before any is
 * read, so that one with too many members (LimitError) is refused at once. A cut archive throws UnpackError.
 */
export async function listTar(source: RandomAccess, limits: Limits): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  let longName: string | null = null;
  let headers = 0;
  for (let at = 0; at + TAR_BLOCK <= source.size;) {
    const header = readTarHeader(await source.read(at, TAR_BLOCK));
    if (!header) break;
    // Two more for the pax or long-name header that may stand before each file.
    if (++headers > 3 * limits.entries || entries.length > limits.entries)
      throw tooManyEntries(limits.entries);
    const start = at + TAR_BLOCK;
    if (start + header.size > source.size) throw cutTar();
    if (header.type === 'L' || header.type === 'x') {
      longName = (await readLongName(source, start, header)) ?? longName;
    } else {
      if (isFile(header.type))
        entries.push({ name: longName ?? header.name, source: slice(source, start, header.size) });
      longName = null;
    }
    at = start + Math.ceil(header.size / TAR_BLOCK) * TAR_BLOCK;
  }
  if (entries.length > limits.entries) throw tooManyEntries(limits.entries);
  return entries;
}

function isFile(type: string): boolean {
  return type === '0' || type === '7' || type === '\0';
}

async function readLongName(source: RandomAccess, start: number, header: TarHeader): Promise<string | null> {
  const bytes = await source.read(start, Math.min(header.size, LONGEST_NAME));
  const text = new TextDecoder().decode(bytes);
  if (header.type === 'L') return text.replace(/\0[^]*$/, '');
  return /^\d+ path=(.*)$/m.exec(text)?.[1] ?? null;
}

function cutTar(): UnpackError {
  return new UnpackError(
    'tar-truncated',
    'The tar archive ends too early; ask for the whole file to be sent again.',
  );
}
