import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
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
  expect(ended.output.split('\n').filter((line) => [...line].length > 80)).toEqual([]);
  expect(await leftBehind()).toEqual(before);
});

async function leftBehind(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('dmarc-ops-demo-')).toSorted();
}
