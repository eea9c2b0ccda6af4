import { existsSync, statSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkReport } from '../../src/core/sample/bulk.js';
import { commandLine } from '../support/command-line.js';
import { makeScratchFolder } from '../support/scratch.js';

let folder: string;

beforeAll(() => {
  folder = makeScratchFolder();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('told to end by a signal', () => {
  it.each([
    ['while its server starts', 'Starting an embedded', 'SIGTERM', 143],
    ['while it takes samples in', 'taking them in', 'SIGINT', 130],
  ] as const)('the demo %s leaves no server and no folder', async (_, after, signal, code) => {
    const temporary = await mkdtemp(join(folder, 'tmp-'));
    await chmod(temporary, 0o711);

    const ended = await commandLine(['demo'], {
      environment: { TMPDIR: temporary },
      interrupt: { signal, once: (written) => written.includes(after) },
    });

    expect(ended).toMatchObject({ code, errors: '' });
    expect(await readdir(temporary)).toEqual([]);
  });

  it('a chat that waits, and an ingest, stop their server; the next one takes up what was not done', async () => {
    const data = join(folder, 'data');
    const environment = { DATA_DIR: data, DATABASE_URL: '' };
    const large = join(folder, 'large.xml');
    await writeFile(large, Buffer.concat([...bulkReport({ seed: 1, records: 200_000 })]));
    await commandLine(['status'], { environment });
    const server = join(data, 'postgres', 'cluster', 'postmaster.pid');
    const runs = () => existsSync(server) && Date.now() - statSync(server).mtimeMs > 400;
    const interrupted = (words: readonly string[], signal: NodeJS.Signals) =>
      commandLine(words, { environment, interrupt: { signal, once: runs } });

    const chat = await interrupted(['chat'], 'SIGTERM');
    const leftByChat = existsSync(server);
    const ingest = await interrupted(['ingest', large], 'SIGINT');
    const leftByIngest = existsSync(server);
    const again = await commandLine(['ingest', large, '--json'], { environment });

    expect(chat).toMatchObject({ code: 143, output: '', errors: '' });
    expect(ingest).toMatchObject({ code: 130, output: '' });
    expect([leftByChat, leftByIngest]).toEqual([false, false]);
    expect(JSON.parse(again.output)).toMatchObject({ documents: { stored: 1, duplicate: 0 } });
  }, 90_000);
});
