import { createHash, hash } from 'node:crypto';
import type { ByteSource, Spool, Spooled } from '../bytes.js';
import type { Repairs } from '../aggregate/repairs.js';
import { LimitError, type Limits } from '../limits.js';
import type { ProblemList } from '../problems.js';
import type { Problem } from '../report.js';
import type { Budget } from './budget.js';
import { UnpackError } from './unpack-error.js';

/** Bytes on the way from a file to a document: the file itself, or what a container in it holds. */
export interface Layer {
  /** Path inside the file's containers; null where no container has named members yet. */
  readonly path: string | null;
  /** Containers around it. */
  readonly depth: number;
  readonly source: ByteSource;
  /** What was odd about unpacking it; complete once its stream was read to the end. */
  readonly problems: ProblemList;
  /** The container that it came from. */
  readonly outer: Layer | null;
}

/** What reading one file goes by. */
export interface Reading {
  readonly limits: Limits;
  readonly spool: Spool;
  readonly redact: boolean;
  readonly budget: Budget;
  readonly repairs: Repairs;
  /** Freed when the file has been read. */
  readonly spooled: Spooled[];
}

/** Content up to this size is read in memory at once, without streams and threads. */
export const SMALL = 1024 * 1024;

/** Problems of unpacking a layer and all that is around it, from the outside in. */
export function problemsOf(layer: Layer): Problem[] {
  const own = layer.problems.toArray();
  return layer.outer ? [...problemsOf(layer.outer), ...own] : own;
}

const hashes = new WeakMap<Layer, string>();

/**
 * SHA-256 of a layer's bytes in hex; where they cannot be unpacked, of the nearest container that can be read.
 * Throws what the storage throws.
 */
export async function sha256Of(layer: Layer): Promise<string> {
  const known = hashes.get(layer);
  if (known !== undefined) return known;
  let digest: string;
  try {
    digest = await digestOf(layer.source);
  } catch (error) {
    if (!layer.outer || !(error instanceof UnpackError || error instanceof LimitError)) throw error;
    digest = await sha256Of(layer.outer);
  }
  hashes.set(layer, digest);
  return digest;
}

/** SHA-256 of all bytes, in hex. */
export async function digestOf(source: ByteSource): Promise<string> {
  if (source.memory) return hash('sha256', source.memory);
  const sum = createHash('sha256');
  for await (const chunk of source.stream()) sum.update(chunk);
  return sum.digest('hex');
}
