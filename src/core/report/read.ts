import type { ByteSource, RandomAccess, Spool } from './bytes.js';
import { createRepairs } from './aggregate/repairs.js';
import { createBudget } from './container/budget.js';
import type { Layer, Reading } from './container/layer.js';
import { peek, type Peeked } from './container/peek.js';
import { UnpackError } from './container/unpack-error.js';
import { readJson, readXml, refusal, unreadable } from './documents.js';
import { LimitError, type Limits } from './limits.js';
import { lazily } from './loading.js';
import { ProblemList } from './problems.js';
import type { ReadEvent } from './report.js';

const unpacker = lazily(() => import('./container/unpack.js'));
const mailReader = lazily(() => import('./mail/read.js'));

export interface ReadOptions {
  readonly limits: Limits;
  /** Keeps what must be read at any place and is too large for memory. */
  readonly spool: Spool;
  /** Whether the personal parts of failure reports are replaced; they are unless this is false. */
  readonly redact?: boolean | undefined;
  /** Name of the file, which decides nothing: content alone does. */
  readonly name?: string | undefined;
}

/**
 * Reads all reports in some bytes, whatever they are wrapped in: compressed, archived, mailed, or plain. Every
 * document found gives its events; what cannot be read gives an `unreadable` document that says why. Throws only
 * what the underlying storage or `spool` throws.
 */
export async function* readReports(
  source: ByteSource | RandomAccess,
  options: ReadOptions,
): AsyncGenerator<ReadEvent> {
  const { limits, spool, redact = true } = options;
  let readSoFar = 0;
  const file: Layer = {
    path: null,
    depth: 0,
    source: source.size === null ? counted(source, (bytes) => (readSoFar = bytes)) : source,
    problems: new ProblemList(),
    outer: null,
  };
  const fileBytes = (): number => source.size ?? readSoFar;
  const budget = createBudget(limits, fileBytes);
  const repairs = createRepairs(fileBytes);
  const reading: Reading = { limits, spool, redact, budget, repairs, spooled: [] };
  try {
    yield* readLayer(file, reading);
  } finally {
    for (const spooled of reading.spooled) await spooled.close();
  }
}

/** Reads one layer to the documents in it, whatever it is. */
async function* readLayer(layer: Layer, reading: Reading): AsyncGenerator<ReadEvent> {
  let peeked: Peeked | null = null;
  let here = layer;
  try {
    peeked = await peek(layer.source);
    if (peeked.source !== layer.source) here = { ...layer, source: peeked.source };
    const { kind } = peeked;
    switch (kind.type) {
      case 'xml':
        yield* readXml(here, reading);
        return;
      case 'json':
        yield await readJson(here, reading);
        return;
      case 'mail':
        checkNesting(here, reading.limits);
        yield* (await mailReader()).readMail(here, reading, readLayer);
        return;
      case 'html':
      case 'unknown':
      case 'empty':
      case 'foreign':
        throw refusal(here, kind);
      default: {
        checkNesting(here, reading.limits);
        let members = 0;
        for await (const inner of (await unpacker()).unpack(here, kind.type, reading)) {
          members++;
          yield* readLayer(inner, reading);
          if (reading.budget.exhausted) return;
        }
        if (members === 0) throw new UnpackError('container-empty', `The ${kind.type} file holds no files.`);
      }
    }
  } catch (error) {
    if (!(error instanceof UnpackError) && !(error instanceof LimitError)) throw error;
    yield await unreadable(here, error);
  } finally {
    await peeked?.close();
  }
}

function checkNesting(layer: Layer, limits: Limits): void {
  if (layer.depth < limits.nesting) return;
  throw new LimitError(
    'limit-nesting',
    `The file holds more than ${limits.nesting} containers inside each other and was not read further.`,
  );
}

function counted(source: ByteSource, onBytes: (bytes: number) => void): ByteSource {
  return {
    ...source,
    async *stream() {
      let bytes = 0;
      for await (const chunk of source.stream()) {
        bytes += chunk.length;
        onBytes(bytes);
        yield chunk;
      }
    },
  };
}
