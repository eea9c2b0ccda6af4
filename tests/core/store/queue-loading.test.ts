import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** Paths of the CommonJS modules that a program loads. */
function loadedBy(program: string): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      `${program};
      const { Module } = await import('node:module');
      console.log(Object.keys(Module._cache).join('\\n'));`,
    ],
    { encoding: 'utf8' },
  );
  return stdout + stderr;
}

it('loads pg-boss where there is work to queue, and not for questions', () => {
  const commands = loadedBy(`await import('./src/bot/registry.js'); await import('./src/system.js')`);

  expect(commands).toContain('node_modules/pg/');
  expect(commands).not.toContain('pg-boss/src');
});
