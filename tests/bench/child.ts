import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { inThisState, RUN_BY } from './running.js';

/** Starts a program of the bench, named as it is written, as a process that tells how far it is. */
export function startChild(program: URL, words: readonly string[]): ChildProcess {
  return fork(new URL(inThisState(program.href)), words, { execArgv: [...RUN_BY] });
}

/** Waits for its end; throws when that is not a good one. */
export async function childEnded(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  if (child.exitCode !== 0)
    throw new Error(`a process of the bench ended with ${child.signalCode ?? `exit ${child.exitCode}`}`);
}
