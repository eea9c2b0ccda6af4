import { readFileSync } from 'node:fs';
import { keep } from '../../src/core/ingest/keep.js';
import { processPending } from '../../src/core/ingest/process.js';
import { type Processed } from '../../src/core/ingest/processed.js';
import type { Context } from '../../src/core/operations/operation.js';
import { inMemory } from '../../src/core/report/bytes.js';
import { generate } from '../../src/core/sample/generate.js';
import { parseScenario } from '../../src/core/sample/scenario.js';
import type { Truth } from '../../src/core/sample/truth.js';

/** Files of a shipped scenario, and what a right store shows of them. */
export function sampleFiles(
  scenario: string,
  seed = 1,
  endDay?: string,
): { files: { name: string; bytes: Uint8Array }[]; truth: Truth } {
  const yaml = readFileSync(new URL(`../../scenarios/${scenario}.yaml`, import.meta.url), 'utf8');
  const generation = generate(parseScenario(yaml), { seed, ...(endDay !== undefined && { endDay }) });
  const files = [...generation.files].map(({ name, bytes }) => ({ name, bytes }));
  return { files, truth: generation.truth() };
}

/** Stores bytes as they would come from anywhere, without reading them. */
export async function keepAll(
  context: Context,
  files: readonly { name: string; bytes: Uint8Array }[],
): Promise<void> {
  for (let at = 0; at < files.length; at += 100) {
    const incoming = files.slice(at, at + 100).map(({ name, bytes }) => ({ name, source: inMemory(bytes) }));
    await keep(context, 'test', incoming);
  }
}

/** Takes bytes in, in this order. */
export async function takeIn(context: Context, ...files: (string | Uint8Array)[]): Promise<Processed> {
  await keepAll(
    context,
    files.map((bytes, index) => ({
      name: `file-${index}`,
      bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes,
    })),
  );
  return processPending(context);
}
