import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { leftOut } from './dovecot.js';
import { programOf } from './programs.js';
import { until } from './until.js';

test(`servers of a process that is killed end by themselves, and their data goes${leftOut}`, async () => {
  const owner = spawn(process.execPath, [programOf('tests/support/scratch-child.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [told] = (await once(owner.stdout, 'data')) as [Buffer];
  const { folder, pids } = JSON.parse(told.toString()) as { folder: string; pids: number[] };
  expect(pids.map(isAlive)).toEqual(pids.map(() => true));
  expect(existsSync(folder)).toBe(true);

  owner.kill('SIGKILL');

  await until('all are gone', () => Promise.resolve(pids.some(isAlive) || existsSync(folder) ? null : true));
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
