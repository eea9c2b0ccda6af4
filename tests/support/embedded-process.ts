import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Command } from './embedded-child.js';
import { programOf } from './programs.js';

/** A process that uses the embedded server and does what it is told. */
export interface EmbeddedProcess {
  readonly child: ChildProcess;
  /** The command's result; throws an error with the code and message that the process met. */
  tell<Result>(command: Command): Promise<Result>;
  /** Ends it without leave: kill -9. */
  kill(): Promise<void>;
  /** Ends its input, and waits until it is gone; gives the exit code. */
  end(): Promise<number | null>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export function startProcess(as: { readonly uid?: number; readonly gid?: number } = {}): EmbeddedProcess {
  const child = spawn(process.execPath, [programOf('tests/support/embedded-child.ts')], {
    ...as,
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const gone = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });

  return {
    child,
    tell: async <Result>(command: Command): Promise<Result> => {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      const line = await answers.next();
      if (line.done === true) throw new Error('the process ended without an answer');
      const answer = JSON.parse(line.value) as { value: Result } | { error: string; code: unknown };
      if ('error' in answer) throw Object.assign(new Error(answer.error), { code: answer.code });
      return answer.value;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
    end: () => {
      child.stdin.end();
      return gone;
    },
  };
}
