import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFile, walk } from '../../../src/core/intake/files.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-files-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function found(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const item of walk(path)) {
    const name = item.path.replace(folder, '');
    names.push(item.error === undefined ? name : `${name} !${(item.error as NodeJS.ErrnoException).code}`);
  }
  return names;
}

async function tree(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), file);
  }
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('walk', () => {
  it('gives a file as it was named', async () => {
    await tree('a.xml');

    expect(await found(join(folder, 'a.xml'))).toEqual(['/a.xml']);
  });

  it('goes through folders in the order of names', async () => {
    await tree('b/2.xml', 'b/10.xml', 'a.xml', 'c.xml', 'B.xml');

    expect(await found(folder)).toEqual(['/B.xml', '/a.xml', '/b/10.xml', '/b/2.xml', '/c.xml']);
  });

  it('passes over hidden files and folders below, but not one that is named', async () => {
    await tree('.hidden/a.xml', '.b.xml', 'c.xml');

    expect(await found(folder)).toEqual(['/c.xml']);
    expect(await found(join(folder, '.hidden'))).toEqual(['/.hidden/a.xml']);
  });

  it('follows links, and each folder once, so that a loop ends', async () => {
    await tree('real/a.xml', 'other/b.xml');
    await symlink(folder, join(folder, 'real/up'));
    await symlink('.', join(folder, 'real/self'));
    await symlink('../other/b.xml', join(folder, 'real/link.xml'));

    expect(await found(folder)).toEqual(['/other/b.xml', '/real/a.xml', '/real/link.xml']);
  });

  it('tells of a link that leads nowhere or to itself, and goes on', async () => {
    await tree('z.xml');
    await symlink('missing', join(folder, 'broken'));
    await symlink('loop', join(folder, 'loop'));

    expect(await found(folder)).toEqual(['/broken !ENOENT', '/loop !ELOOP', '/z.xml']);
  });

  it('says that a named path is missing', async () => {
    const items = [];
    for await (const item of walk(join(folder, 'nothing'))) items.push(item);

    expect(items).toMatchObject([{ missing: true, error: { code: 'ENOENT' } }]);
  });

  it('finds nothing in an empty folder', async () => {
    expect(await found(folder)).toEqual([]);
  });
});

describe('openFile', () => {
  it.each([0, 1, 1024 * 1024, 1024 * 1024 + 1, 3_000_000])(
    'reads %i bytes, from the start each time',
    async (size) => {
      const content = Buffer.alloc(size, 'abcdefg');
      await writeFile(join(folder, 'f'), content);

      const opened = openFile(join(folder, 'f'));

      if (!('source' in opened)) throw new Error('a regular file is a source');
      const { source } = opened;
      expect(source.size).toBe(size);
      expect((await bytesOf(source.stream())).equals(content)).toBe(true);
      expect((await bytesOf(source.stream())).equals(content)).toBe(true);
      await source.close();
    },
  );

  it.each([100, 2_000_000])('reads at any place of %i bytes, and less at the end', async (size) => {
    const content = Buffer.alloc(size, '0123456789');
    await writeFile(join(folder, 'f'), content);

    const opened = openFile(join(folder, 'f'));

    if (!('source' in opened)) throw new Error('a regular file is a source');
    expect(Buffer.from(await opened.source.read(13, 5)).toString()).toBe('34567');
    expect(Buffer.from(await opened.source.read(size - 2, 50)).toString()).toBe('89');
    expect(await opened.source.read(size + 10, 50)).toHaveLength(0);
    await opened.source.close();
  });

  it('can stop half-way through a large file', async () => {
    await writeFile(join(folder, 'f'), Buffer.alloc(3_000_000));
    const opened = openFile(join(folder, 'f'));
    if (!('source' in opened)) throw new Error('a regular file is a source');

    for await (const chunk of opened.source.stream()) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await opened.source.close();
  });

  it('refuses a folder and a missing file as the file system does', () => {
    expect(() => openFile(folder)).toThrow(expect.objectContaining({ code: 'EISDIR', path: folder }));
    expect(() => openFile(join(folder, 'no'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });
});
