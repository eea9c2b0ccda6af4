import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkReport } from '../../src/core/sample/bulk.js';
import { commandLine } from '../support/command-line.js';
import { sentenceOf } from '../support/sentence.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-full-disk-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A small disk needs the right to mount one. */
const mayMount = (() => {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
})();

describe.runIf(mayMount)('a full disk', () => {
  it('is told in one sentence, nothing is half stored, and with space the work is done', async () => {
    const disk = join(folder, 'disk');
    const path = join(folder, 'disk-filler.xml.gz');
    await writeFile(
      path,
      gzipSync(Buffer.concat([...bulkReport({ records: 100_000, seed: 2, domain: 'large.example' })])),
    );
    execFileSync('sh', [
      '-c',
      `chmod 755 ${folder} && mkdir -p ${disk} && mount -t tmpfs -o size=500m tmpfs ${disk}`,
    ]);
    try {
      const environment = { DATABASE_URL: '', DATA_DIR: join(disk, 'data') };
      await commandLine(['status'], { environment });

      const { bavail, bsize } = await statfs(disk);
      await writeFile(join(disk, 'filler'), Buffer.alloc(bavail * bsize - 8 * 1024 * 1024));

      const ended = await commandLine(['ingest', path], { environment });

      expect(sentenceOf(ended)).toContain('disk');
      expect(ended.code).toBe(1);
      await rm(join(disk, 'filler'));
      const status = await commandLine(['status', '--json'], { environment });
      expect(JSON.parse(status.output)).toMatchObject({ aggregate: 0 });
      const again = await commandLine(['ingest', path, '--json'], { environment });
      expect(JSON.parse(again.output)).toMatchObject({ documents: { stored: 1 } });
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });
});
