import { spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { run } from '../../src/cli/run.js';
import { programOf } from './programs.js';

/** What a process left behind. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

export interface CommandLineOptions {
  /** Bytes for standard input; an empty one when absent. */
  readonly input?: Uint8Array | string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** A signal to send once something is so, with all that was written until then; standard input stays open. */
  readonly interrupt?: Interrupt;
}

export interface Interrupt {
  readonly signal: NodeJS.Signals;
  readonly once: (written: string) => boolean;
}

/** Runs the command line as people do: as a process of its own. */
export function commandLine(words: readonly string[], options: CommandLineOptions = {}): Promise<Ended> {
  return ended(process.execPath, [programOf('src/cli.ts'), ...words], options);
}

/** Runs a shell script in which `"$@"` is the command line: for pipes and redirections. */
export function shell(
  script: string,
  words: readonly string[],
  options: CommandLineOptions = {},
): Promise<Ended> {
  return ended('bash', ['-c', script, 'bash', process.execPath, programOf('src/cli.ts'), ...words], options);
}

/** Runs the command line inside the test: for what depends on words alone, and is asked in many ways. */
export async function commandLineHere(words: readonly string[]): Promise<Omit<Ended, 'signal'>> {
  const output = collector();
  const errors = collector();
  const code = await run(words, { input: Readable.from([]), output: output.stream, errors: errors.stream });
  return { code, output: output.text(), errors: errors.text() };
}

function collector(): { readonly stream: Writable; readonly text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

function ended(program: string, words: readonly string[], options: CommandLineOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: options.folder,
      env: { ...process.env, ...options.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    const { interrupt } = options;
    const looking = setInterval(() => {
      if (interrupt?.once(Buffer.concat([...output, ...errors]).toString()) !== true) return;
      clearInterval(looking);
      child.kill(interrupt.signal);
    }, 20);
    child.stdin.on('error', () => {}); // A program that does not read its input closes it.
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearInterval(looking);
      resolve({
        code,
        signal,
        output: Buffer.concat(output).toString(),
        errors: Buffer.concat(errors).toString(),
      });
    });
    if (interrupt === undefined) child.stdin.end(options.input ?? '');
    else child.stdin.write(options.input ?? '');
  });
}
