import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keep } from '../../../src/core/ingest/keep.js';
import type { Context } from '../../../src/core/operations/operation.js';
import type { ByteSource } from '../../../src/core/report/bytes.js';
import { testSystem, type TestSystem } from '../../support/context.js';

let system: TestSystem;
let context: Context;

beforeAll(async () => {
  system = await testSystem();
  context = await system.context();
});
afterAll(() => system.close());

const rows = <Row extends object>(sql: string): Promise<Row[]> =>
  context.db.within(context.tenant, (session) => session.rows<Row>(sql));

/** A large file that gives something else each time it is read. */
function changing(...readings: readonly (() => Iterable<Uint8Array>)[]): ByteSource {
  let times = 0;
  return {
    size: 3_000_000,
    async *stream() {
      times += 1;
      yield* readings[times - 1]?.() ?? [];
    },
  };
}
const chunks = (byte: number) =>
  function* () {
    for (let index = 0; index < 30; index += 1) yield Buffer.alloc(100_000, byte);
  };
function* breaking(): Generator<Uint8Array> {
  yield randomBytes(100_000);
  throw Object.assign(new Error('i/o error'), { code: 'EIO' });
}

describe('a large file', () => {
  it.each([
    ['plain', chunks(65), chunks(66)],
    [
      'packed',
      () => [Buffer.from([0x1f, 0x8b]), ...chunks(65)()],
      () => [Buffer.from([0x1f, 0x8b]), ...chunks(66)()],
    ],
  ])('is not kept under the hash of what it was before: %s', async (name, before, after) => {
    const keeping = keep(context, 'test', [{ name, source: changing(before, after) }]);

    await expect(keeping).rejects.toMatchObject({ code: 'file-changed' });
    expect(await rows('SELECT FROM raw_document')).toEqual([]);
  });

  it('that cannot be read to its end is not kept, and ends nothing else', async () => {
    const keeping = keep(context, 'test', [{ name: 'broken', source: changing(chunks(65), breaking) }]);

    await expect(keeping).rejects.toMatchObject({ code: 'EIO' });
    expect(await rows('SELECT FROM raw_document')).toEqual([]);
  });
});
