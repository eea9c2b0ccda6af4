import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSpool, TemporaryBytes } from '../../../src/core/intake/spool.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-spool-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function* chunksOf(...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (const [index, size] of sizes.entries()) yield Buffer.alloc(size, index + 1);
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(50);
  throw new Error('the line was cut');
}

async function openFiles(): Promise<number> {
  return (await readdir('/proc/self/fd')).length;
}

describe('createSpool', () => {
  it('keeps few bytes in memory', async () => {
    const kept = await createSpool({ folder, memoryBytes: 10 })(chunksOf(3, 0, 4), 100);

    expect(kept.size).toBe(7);
    expect(kept.memory).toHaveLength(7);
    expect([...(await kept.read(2, 3))]).toEqual([1, 3, 3]);
    expect(await bytesOf(kept.stream())).toHaveLength(7);
    await kept.close();
  });

  it('keeps many bytes in a file that nobody sees', async () => {
    const kept = await createSpool({ folder, memoryBytes: 10 })(chunksOf(8, 300_000, 400_000), 1_000_000);

    expect(kept.size).toBe(700_008);
    expect(kept.memory).toBeUndefined();
    expect([...(await kept.read(6, 4))]).toEqual([1, 1, 2, 2]);
    expect((await bytesOf(kept.stream())).equals(await bytesOf(chunksOf(8, 300_000, 400_000)))).toBe(true);
    expect(await readdir(folder)).toEqual([]);
    await kept.close();
  });

  it('gives up beyond the limit', async () => {
    const spool = createSpool({ folder, memoryBytes: 10 });

    await expect(spool(chunksOf(60, 41), 100)).rejects.toMatchObject({ code: 'limit-total-bytes' });
    const kept = await spool(chunksOf(60, 40), 100);
    expect(kept.size).toBe(100);
    await kept.close();
  });

  it('passes on what the stream throws', async () => {
    await expect(createSpool({ folder, memoryBytes: 10 })(failing(), 100)).rejects.toThrow(
      'the line was cut',
    );
  });

  it('says which folder cannot be used', async () => {
    const spool = createSpool({ folder: join(folder, 'missing'), memoryBytes: 1 });

    await expect(spool(chunksOf(5), 100)).rejects.toMatchObject({
      code: 'ENOENT',
      path: expect.stringContaining(join(folder, 'missing')) as string,
    });
  });
});

describe('TemporaryBytes', () => {
  it('gives back what was added, in memory or in a file, also after being cleared', async () => {
    const piece = fc.uint8Array({ maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece),
        fc.array(piece),
        fc.integer({ min: 0, max: 200 }),
        async (first, second, memoryBytes) => {
          const bytes = new TemporaryBytes({ folder, memoryBytes });

          for (const chunk of first) await bytes.append(chunk);
          const before = await bytesOf(bytes.stream());
          await bytes.clear();
          for (const chunk of second) await bytes.append(chunk);
          const after = await bytesOf(bytes.stream());
          await bytes.close();

          expect(before.equals(Buffer.concat(first))).toBe(true);
          expect(after.equals(Buffer.concat(second))).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  // Open files are listed there on Linux alone.
  it.skipIf(!existsSync('/proc/self/fd'))('leaves no file open once closed', async () => {
    const before = await openFiles();
    const bytes = new TemporaryBytes({ folder, memoryBytes: 1 });
    await bytes.append(Buffer.alloc(100));
    const during = await openFiles();

    await bytes.close();

    expect(during).toBe(before + 1);
    expect(await openFiles()).toBe(before);
  });
});
