import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { programOf } from '../programs.js';
import { until } from '../until.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The service as a process of its own, as `npm start` runs it. */
export interface Service {
  /** Where it listens. */
  readonly url: string;
  /** Its lines and its log, so far. */
  told(): string;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
  /** Moves a clock that can be moved, to so many milliseconds before the machine's. */
  move(ms: number): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
}

/**
 * Starts it on a database, with variables beside; throws what it said where it ends instead. `moved`: with a clock that
 * goes so many milliseconds before the machine's, and can be moved further.
 */
export async function startService(
  databaseUrl: string,
  environment: Readonly<Record<string, string>>,
  moved?: number,
): Promise<Service> {
  const words =
    moved === undefined
      ? [programOf('src/main.ts')]
      : [programOf('tests/support/service-child.ts'), String(moved)];
  const child = spawn(process.execPath, words, {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: databaseUrl, HTTP_PORT: '0', ...environment },
    stdio: [moved === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const gone = once(child, 'exit') as Promise<[number | null]>;
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return (await gone)[0];
  };
  const url = await until('the service is ready', () => {
    if (child.exitCode !== null) throw new Error(`The service ended: ${told}`);
    const [, found = null] = told.includes('Ready.') ? (/^api: +on: (\S+),/mu.exec(told) ?? []) : [];
    return Promise.resolve(found);
  });
  return {
    url,
    told: () => told,
    move: async (ms) => {
      const isGone = () => child.exitCode !== null || child.signalCode !== null;
      if (isGone()) return;
      child.stdin?.write(`${ms}\n`);
      await until('the clock is moved', () =>
        Promise.resolve(told.includes(`moved ${ms}\n`) || isGone() ? true : null),
      );
    },
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
  };
}
