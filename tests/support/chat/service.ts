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
  /** kill -9. */
  kill(): Promise<void>;
}

/** Starts it on a database, with variables beside; throws what it said where it ends instead. */
export async function startService(
  databaseUrl: string,
  environment: Readonly<Record<string, string>>,
): Promise<Service> {
  const child = spawn(process.execPath, [programOf('src/main.ts')], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: databaseUrl, HTTP_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (told += chunk.toString()));
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
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
  };
}
