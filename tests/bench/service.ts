import { execFile, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { readFile } from 'node:fs/promises';
import { plainEnvironment, type CommandLine } from './command.js';

/** The service as people run it: a process of its own. */
export interface Service {
  readonly url: string;
  /** For the header Authorization. */
  readonly bearer: string;
  /** Most memory that it held at once until now (resident set), in bytes. */
  peak(): Promise<number>;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const POLL_MS = 50;

/** Starts the service, or the share of it that serves, with limits that do not bind, and waits until it is ready. */
export async function startService(
  program: CommandLine,
  share: 'all' | 'serve',
  options: {
    readonly dataFolder: string;
    readonly port: number;
    /** Beside what every bench sets. */
    readonly environment?: NodeJS.ProcessEnv;
  },
): Promise<Service> {
  const environment = plainEnvironment({
    DATA_DIR: options.dataFolder,
    HTTP_PORT: String(options.port),
    API_CALLS_PER_MINUTE: '1000000',
    API_UPLOADS_PER_HOUR: '1000000',
    API_EXPORTS_PER_MINUTE: '1000000',
    LOG_LEVEL: 'warn',
    ...options.environment,
  });
  const [command = '', ...first] = program.words;
  const { stdout } = await promisify(execFile)(
    command,
    [...first, 'key', 'create', '--name', `bench ${Date.now()}`, '--role', 'analyst', '--json'],
    { env: environment },
  );
  const { key } = JSON.parse(stdout) as { key: string };
  const [started = '', ...words] = share === 'all' ? program.service : [...program.words, share];
  const child = spawn(started, words, {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const url = `http://127.0.0.1:${options.port}`;
  const deadline = performance.now() + READY_WITHIN_MS;
  while (
    !(await fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error('the service did not become ready');
    await sleep(POLL_MS);
  }
  return {
    url,
    bearer: `Bearer ${key}`,
    peak: () => peakOf(child.pid ?? 0),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1]) * 1024;
}
