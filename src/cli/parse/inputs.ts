import type { Readable } from 'node:stream';
import { openFile, walk } from '../../core/intake/files.js';
import { createSpool } from '../../core/intake/spool.js';
import type { Spooled } from '../../core/report/bytes.js';

/** The word that stands for standard input. */
export const STANDARD_INPUT = '-';

/** One file to read, or why there is none. `missing`: a path that was named does not exist. */
export interface Input {
  /** As named, or found below what was named; `-` for standard input. */
  readonly file: string;
  /** Throws what the file system throws. The caller closes it. */
  open(): Promise<Spooled>;
  readonly missing: boolean;
}

/** The files that paths lead to, in order. A pipe is kept up to `limit` bytes. */
export async function* inputs(
  paths: readonly string[],
  standardInput: Readable,
  limit: number,
): AsyncGenerator<Input> {
  const spool = createSpool();
  for (const path of paths) {
    if (path === STANDARD_INPUT) {
      yield { file: path, open: () => spool(standardInput, limit), missing: false };
      continue;
    }
    for await (const found of walk(path)) {
      if (found.error !== undefined) {
        yield { file: found.path, open: () => Promise.reject(found.error), missing: found.missing };
        continue;
      }
      const open = async (): Promise<Spooled> => {
        const opened = openFile(found.path);
        return 'source' in opened ? opened.source : spool(opened.once, limit);
      };
      yield { file: found.path, open, missing: false };
    }
  }
}
