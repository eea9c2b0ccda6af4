import { expect, it } from 'vitest';
import type { Log } from '../src/core/ingest/context.js';
import { stopParts } from '../src/service.js';

it('waits for all parts to stop, though one of them fails to, and says which', async () => {
  const told: string[] = [];
  const log: Log = {
    info: () => {},
    warn: () => {},
    error: (message, facts) => void told.push(`${message}: ${String(facts?.['part'])}`),
    child: () => log,
  };
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const broken = { line: 'on: broken', stop: () => Promise.reject(new Error('no')) };
  const thrown = {
    line: 'on: thrown',
    stop: () => {
      throw new Error('no');
    },
  };
  let isStopped = false;
  const stopped = stopParts([broken, thrown, { line: 'on: slow', stop: () => gate }], log).then(() => {
    isStopped = true;
  });
  await new Promise((resolve) => {
    setImmediate(resolve);
  });

  expect(isStopped).toBe(false);
  letGo();
  await stopped;

  expect(told).toEqual([
    'a part of the service did not stop as it should: on: broken',
    'a part of the service did not stop as it should: on: thrown',
  ]);
});
