import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';

/** A process that is started again whenever it ends, as a service manager does. */
export interface Kept {
  readonly name: string;
  /** How often it was started. */
  readonly starts: number;
  /** kill -9; false where it was between two lives. */
  kill(): boolean;
  /** Ends it as a service manager does, and waits; gives the exit code. */
  stop(): Promise<number | null>;
}

export interface KeptOptions {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Gets everything that it prints. */
  readonly log: string;
}

const STOP_WITHIN_MS = 40_000;
/** Between an end and the next start, so that one that cannot start does not spin. */
const AGAIN_AFTER_MS = 100;

export function keepRunning(options: KeptOptions): Kept {
  const { name, command, environment } = options;
  const log: WriteStream = createWriteStream(options.log, { flags: 'a' });
  let starts = 0;
  let stopping = false;
  let child: ChildProcess | null = null;
  let ended: (code: number | null) => void = () => {};
  const last = new Promise<number | null>((resolve) => {
    ended = resolve;
  });

  const start = () => {
    starts += 1;
    const [program = '', ...words] = command;
    const own = spawn(program, words, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = own;
    own.stdout.on('data', (chunk: Buffer) => log.write(chunk));
    own.stderr.on('data', (chunk: Buffer) => log.write(chunk));
    own.once('exit', (code) => {
      child = null;
      if (!stopping) setTimeout(() => (stopping ? ended(null) : start()), AGAIN_AFTER_MS);
      else {
        log.end();
        ended(code);
      }
    });
  };
  start();

  return {
    name,
    get starts() {
      return starts;
    },
    kill: () => child?.kill('SIGKILL') ?? false,
    stop: async () => {
      stopping = true;
      if (child === null) ended(null);
      child?.kill('SIGTERM');
      const force = setTimeout(() => child?.kill('SIGKILL'), STOP_WITHIN_MS);
      const code = await last;
      clearTimeout(force);
      return code;
    },
  };
}
