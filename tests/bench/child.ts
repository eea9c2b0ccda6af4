import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Starts a program of the bench as a process that tells how far it is; `words` are its arguments. */
export function startChild(program: URL, words: readonly string[]): ChildProcess {
  return fork(program, words, { execArgv: ['--import', import.meta.resolve('tsx')] });
}

/** Waits for its end; throws when that is not a good one. */
export async function childEnded(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  if (child.exitCode !== 0)
    throw new Error(`a process of the bench ended with ${child.signalCode ?? `exit ${child.exitCode}`}`);
}
