import { createHash, hash } from 'node:crypto';
import { readAggregate, readAggregateFromMemory, type AggregateOutcome } from './aggregate/read.js';
import { mebibytes } from './container/budget.js';
import type { Kind } from './container/detect.js';
import { isRandomAccess, toMemory } from './container/access.js';
import { digestOf, problemsOf, sha256Of, SMALL, type Layer, type Reading } from './container/layer.js';
import { emptyDocument, UnpackError } from './container/unpack-error.js';
import { LimitError } from './limits.js';
import { lazily } from './loading.js';
import { ProblemList } from './problems.js';
import type { ReadDocument, ReadEvent } from './report.js';

const tlsReader = lazily(() => import('./tls/read.js'));

/** Reads a layer that is XML. Throws what reading its bytes throws. */
export async function* readXml(layer: Layer, reading: Reading): AsyncGenerator<ReadEvent> {
  const { limits, repairs } = reading;
  const { memory } = layer.source;
  if (memory && memory.length <= SMALL) {
    const { records, outcome } = readAggregateFromMemory(memory, { limits, repairs });
    if (records.length > 0 && !outcome.error) yield { type: 'records', records };
    yield aggregateDocument(layer, outcome, hash('sha256', memory));
    return;
  }

  let digest: string | null = null;
  let failure: unknown = null;
  async function* open(): AsyncGenerator<Uint8Array> {
    const sum = createHash('sha256');
    try {
      for await (const chunk of layer.source.stream()) {
        sum.update(chunk);
        yield chunk;
      }
    } catch (error) {
      failure = error;
      throw error;
    }
    digest = sum.digest('hex');
  }
  let given = false;
  try {
    for await (const event of readAggregate(open, { limits, repairs, memory })) {
      if (event.type !== 'end') {
        given = event.type === 'records';
        yield event;
        continue;
      }
      // A bound passed while unpacking is about the container, not about the XML in it.
      if (failure !== null) throw failure;
      yield aggregateDocument(layer, event.outcome, digest ?? (await restOfDigest(layer, event.outcome)));
    }
  } catch (error) {
    if (given) yield { type: 'discard' };
    throw error;
  }
}

/** Where the reading ended early. A document that is too large is not unpacked to its end for a hash. */
function restOfDigest(layer: Layer, outcome: AggregateOutcome): Promise<string> {
  return outcome.error?.code.startsWith('limit-') ? reachableHash(layer) : digestOf(layer.source);
}

function aggregateDocument(layer: Layer, outcome: AggregateOutcome, sha256: string): ReadEvent {
  const outside = problemsOf(layer);
  const problems = outside.length === 0 ? outcome.problems : [...outside, ...outcome.problems];
  const facts = { member: layer.path, sha256, problems };
  const document: ReadDocument = outcome.error
    ? { ...facts, kind: 'unreadable', report: null, totals: null, error: outcome.error }
    : { ...facts, kind: 'aggregate', report: outcome.report, totals: outcome.totals, error: null };
  return { type: 'document', document };
}

/** Reads a layer that is JSON. Throws LimitError where it is too large, and what reading its bytes throws. */
export async function readJson(layer: Layer, reading: Reading): Promise<ReadEvent> {
  const { limits } = reading;
  const bytes = await toMemory(layer.source, limits.jsonBytes);
  if (!bytes)
    throw new LimitError(
      'limit-json-bytes',
      `The JSON is larger than ${mebibytes(limits.jsonBytes)} and was not read.`,
    );
  const problems = new ProblemList();
  const report = (await tlsReader()).readTls(bytes, limits, problems);
  return {
    type: 'document',
    document: {
      kind: 'smtp-tls',
      member: layer.path,
      sha256: hash('sha256', bytes),
      report,
      totals: null,
      error: null,
      problems: [...problemsOf(layer), ...problems.toArray()],
    },
  };
}

/** Why a layer that is neither a container nor a document is not read. */
export function refusal(layer: Layer, kind: Kind): UnpackError {
  if (kind.type === 'empty' || isPlaceholder(layer)) return emptyDocument();
  if (kind.type === 'foreign' && kind.archive)
    return new UnpackError(
      'container-unsupported',
      `The file is a ${kind.name}, which is not read; send it as zip or gzip.`,
    );
  const what = kind.type === 'foreign' ? kind.name : kind.type === 'html' ? 'web page' : null;
  return new UnpackError(
    'not-a-report',
    what === null ? 'The file is no report of a known kind.' : `The file is a ${what}, not a report.`,
  );
}

/** Yahoo sends the word "unused" where it has nothing to report. */
function isPlaceholder(layer: Layer): boolean {
  const { memory } = layer.source;
  return (
    memory !== undefined &&
    memory.length < 64 &&
    /^\s*unused\s*$/i.test(Buffer.from(memory).toString('latin1'))
  );
}

/** The document that says why a layer was not read. Throws what the storage throws. */
export async function unreadable(layer: Layer, error: UnpackError | LimitError): Promise<ReadEvent> {
  const { code, message } = error;
  const sha256 = await (error instanceof LimitError ? reachableHash(layer) : sha256Of(layer));
  return {
    type: 'document',
    document: {
      kind: 'unreadable',
      member: layer.path,
      sha256,
      report: null,
      totals: null,
      error: { code, message },
      problems: problemsOf(layer),
    },
  };
}

/** Of the layer, or of what it would have to be unpacked from: something made to do harm is not unpacked again. */
function reachableHash(layer: Layer): Promise<string> {
  const { source, outer } = layer;
  return !outer || source.memory || isRandomAccess(source) ? sha256Of(layer) : reachableHash(outer);
}
