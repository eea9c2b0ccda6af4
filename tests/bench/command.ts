import { spawn } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inThisState, RUN_BY } from './running.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MEMORY_PROBE = new URL('report-memory.mjs', import.meta.url).href;

/** How `dmarc-ops` is started: as built, which is what people run, or from its source, which needs no build. */
export type Program = 'built' | 'source';

const START: Readonly<Record<Program, (name: 'cli' | 'main') => readonly string[]>> = {
  built: (name) => [path.join(ROOT, 'dist', `${name}.js`)],
  source: (name) => [...RUN_BY, path.join(ROOT, 'src', inThisState(`${name}.ts`))],
};

export interface Ran {
  readonly seconds: number;
  /** Most memory that the process had at once (resident set), in bytes. */
  readonly mostBytes: number;
  /** Where its standard output went. */
  readonly output: string;
}

export interface CommandLine {
  /** The program and the first words of every verb, and those of `npm start`. */
  readonly words: readonly string[];
  readonly service: readonly string[];
  /** Runs a verb as a process of its own, from start to end; throws when its exit code is not 0. */
  run(words: readonly string[], dataFolder?: string): Promise<Ran>;
}

/** The command line as a shell runs it, output going to a file in `scratch`, which every run writes anew. */
export function commandLine(program: Program, scratch: string): CommandLine {
  const output = path.join(scratch, 'output');
  const memory = path.join(scratch, 'memory');
  return {
    words: [process.execPath, ...START[program]('cli')],
    service: [process.execPath, ...START[program]('main')],
    run: async (words, dataFolder) => {
      const file = await open(output, 'w');
      await rm(memory, { force: true });
      try {
        const begin = performance.now();
        await ended([...START[program]('cli'), ...words], file.fd, {
          BENCH_MEMORY_FILE: memory,
          NODE_OPTIONS: `--import=${MEMORY_PROBE}`,
          LOG_LEVEL: 'warn',
          ...(dataFolder !== undefined && { DATA_DIR: dataFolder }),
        });
        const seconds = (performance.now() - begin) / 1_000;
        return { seconds, mostBytes: Number(await readFile(memory, 'utf8')), output };
      } finally {
        await file.close();
      }
    },
  };
}

/** The same settings wherever the bench runs: nothing of the caller's environment but how to find programs. */
export function plainEnvironment(settings: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, ...settings };
}

function ended(words: readonly string[], output: number, settings: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, {
      env: plainEnvironment(settings),
      stdio: ['ignore', output, 'pipe'],
    });
    const errors: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`exit ${code}: ${Buffer.concat(errors).toString().trim()}`));
    });
  });
}
