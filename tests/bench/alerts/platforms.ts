import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inThisState, RUN_BY } from '../running.js';
import type { Placed, PlatformSizes, Shown } from './platforms-child.js';

export interface RunningPlatforms {
  readonly placed: Placed;
  shown(): Promise<Shown>;
  stop(): Promise<void>;
}

const CHILD = fileURLToPath(new URL(inThisState('platforms-child.ts'), import.meta.url));

/** Starts the stand-ins of all platforms in a process of their own. */
export async function startPlatforms(sizes: PlatformSizes): Promise<RunningPlatforms> {
  const child = fork(CHILD, [JSON.stringify(sizes)], {
    execArgv: [...RUN_BY],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const answer = async (): Promise<unknown> => {
    const [said] = (await Promise.race([
      once(child, 'message'),
      ended.then(() => Promise.reject(new Error('the stand-ins of the platforms ended'))),
    ])) as [unknown];
    return said;
  };
  const placed = (await answer()) as Placed;
  return {
    placed,
    shown: () => {
      child.send('shown');
      return answer() as Promise<Shown>;
    },
    stop: async () => {
      child.disconnect();
      await ended;
    },
  };
}
