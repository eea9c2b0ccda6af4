import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Asked, Said } from './alert-child.js';

/** What became of something that was asked for. */
export type Outcome =
  | { readonly type: 'done'; readonly value: unknown }
  | { readonly type: 'refused'; readonly code: string }
  /** Nobody knows whether it was done. */
  | { readonly type: 'unknown'; readonly why: string };

/** A worker that is started again whenever it is killed; each of its lives has a name. */
export interface Kept {
  readonly name: string;
  /** Lives so far. */
  readonly lives: number;
  ask(asked: Asked): Promise<Outcome>;
  /** kill -9; gives the name of the life that ended. Null where it was between two lives. */
  kill(): string | null;
  /** Resolves when it is at work, in whichever life. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

export interface KeptOptions {
  readonly name: string;
  readonly program: string;
  /** Words for a life of this name. */
  readonly words: (life: string) => readonly string[];
  /** Whether a new life begins its work at once. */
  readonly begins: () => boolean;
}

export function keepWorker({ name, program, words, begins }: KeptOptions): Kept {
  let lives = 0;
  let child: ChildProcess | null = null;
  let stopping = false;
  let asked = 0;
  let isReady = false;
  let waiting = new Map<number, (outcome: Outcome) => void>();
  const atWork: (() => void)[] = [];

  const start = (): void => {
    lives += 1;
    const life = `${name}.${lives}`;
    // It is compiled; what the parent is run by is not needed.
    const own = fork(program, [...words(life)], {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child = own;
    own.on('message', (said: Said) => {
      if ('ready' in said) {
        isReady = true;
        if (begins()) void ask({ do: 'go' });
        for (const go of atWork.splice(0)) go();
        return;
      }
      const told = waiting.get(said.id);
      waiting.delete(said.id);
      if ('value' in said) told?.({ type: 'done', value: said.value });
      else if ('refused' in said) told?.({ type: 'refused', code: said.refused });
      else told?.({ type: 'unknown', why: said.failed });
    });
    own.once('exit', () => {
      child = null;
      isReady = false;
      const left = waiting;
      waiting = new Map();
      for (const told of left.values()) told({ type: 'unknown', why: 'killed' });
      if (!stopping) start();
    });
  };
  const ready = (): Promise<void> =>
    isReady || stopping
      ? Promise.resolve()
      : new Promise((resolve) => {
          atWork.push(resolve);
        });
  const ask = async (what: Asked): Promise<Outcome> => {
    await ready();
    return await new Promise((resolve) => {
      if (child === null || !isReady) return resolve({ type: 'unknown', why: 'away' });
      asked += 1;
      waiting.set(asked, resolve);
      child.send({ id: asked, asked: what });
    });
  };
  start();
  return {
    name,
    get lives() {
      return lives;
    },
    ask,
    kill: () => {
      if (child === null || !isReady) return null;
      const life = `${name}.${lives}`;
      isReady = false;
      child.kill('SIGKILL');
      return life;
    },
    ready,
    stop: async () => {
      stopping = true;
      for (const go of atWork.splice(0)) go();
      if (child === null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
