import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { FALLBACK_FOLDER } from '../../src/core/store/embedded/home.js';
import { commandLine } from '../support/command-line.js';

it('the demo answers, goes on with commands from standard input, and leaves nothing behind', async () => {
  const before = await leftBehind();

  const ended = await commandLine(['demo'], {
    input: 'example.org 90d\nsources example.net\n1\nexit\nnever read\n',
    environment: { DATABASE_URL: 'postgres://not-used@127.0.0.1:1/x' },
  });

  expect(ended.errors).toBe('');
  expect(ended.code).toBe(0);
  for (const title of ['Summary of example.com', 'Summary of example.org', 'Sources of example.net'])
    expect(ended.output).toContain(title);
  expect(ended.output).toMatch(/\d\d\.\d % of [\d,]+ messages pass/u);
  expect(ended.output).not.toContain('never read');
  expect(ended.output.split('\n').filter((line) => stringWidth(line) > 80)).toEqual([]);
  expect(ended.output).not.toContain(FALLBACK_FOLDER);
  expect(await leftBehind()).toEqual(before);
});

it.runIf(process.getuid?.() === 0)(
  'as root, says where its data is when the server cannot come to the temporary folder, and removes that too',
  async () => {
    const closed = await mkdtemp(join(tmpdir(), 'dmarc-ops-closed-'));
    await chmod(closed, 0o700);
    const before = await leftBehind();

    const ended = await commandLine(['demo'], { input: 'exit\n', environment: { TMPDIR: closed } });

    expect(ended.errors).toBe('');
    expect(ended.output).toContain(`The database is kept in ${FALLBACK_FOLDER}`);
    expect(ended.output).toContain('Summary of example.com');
    expect((await readdir(closed)).filter((name) => name.startsWith('dmarc-ops'))).toEqual([]);
    expect(await leftBehind()).toEqual(before);
    await rm(closed, { recursive: true });
  },
);

/** Folders of demos, and data that a server which could not come to its folder keeps elsewhere. */
async function leftBehind(): Promise<string[]> {
  const temporary = (await readdir(tmpdir())).filter((name) => name.startsWith('dmarc-ops-demo-'));
  const elsewhere = await readdir(FALLBACK_FOLDER).catch(() => []);
  return [...temporary, ...elsewhere].toSorted();
}
