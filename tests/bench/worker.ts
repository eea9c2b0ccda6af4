import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { plainEnvironment, type CommandLine } from './command.js';

/** One `dmarc-ops work`: a process that reads what waits. */
export interface Worker {
  /** Resolves when it takes work; rejects when it ends before. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

const READY = 'Ready.';

/** Starts a worker over an embedded database that runs. */
export function startWorker(program: CommandLine, dataFolder: string): Worker {
  const [command = '', ...first] = program.words;
  const child = spawn(command, [...first, 'work'], {
    env: plainEnvironment({ DATA_DIR: dataFolder, LOG_LEVEL: 'warn' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const ready = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith(READY)) resolve();
    });
    ended.then(() => reject(new Error('a worker ended before it was ready')), reject);
  });
  return {
    ready,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
