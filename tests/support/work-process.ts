import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { programOf } from './programs.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A process that works. */
export interface WorkProcess {
  /** kill -9. */
  kill(): Promise<void>;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
}

/** Starts one, and waits until it is at work. */
export async function startWork(url: string, ...words: readonly string[]): Promise<WorkProcess> {
  const child = spawn(process.execPath, [programOf('tests/support/work-child.ts'), url, ...words], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit') as Promise<[number | null]>;
  await once(child.stdout, 'data');
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const [code] = await gone;
    return code;
  };
  return {
    kill: async () => {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
  };
}
