import { Worker } from 'node:worker_threads';
import type { ChartSpec } from '../../core/chart/spec.js';
import type { Log } from '../../core/ingest/context.js';
import { type Drawn, type FromWorker, READY } from './messages.js';

/** Threads that draw: few, bounded in time and memory, and replaced when they are stuck or end. */
export interface Pool {
  /** What was drawn; null where it was not: too many wait, it took too long, or it failed. Never throws. */
  draw(spec: ChartSpec): Promise<Exclude<Drawn, { error: string }> | null>;
  /** Ends the threads; what is under way is null. */
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly threads: number;
  /** For one drawing, from its beginning; then its thread is replaced. Milliseconds. */
  readonly drawMs: number;
  /** Drawings that may wait for a thread. */
  readonly waiting: number;
  readonly log: Log;
  /** What a thread runs. */
  readonly script: URL;
}

/** For the first drawing of a thread, with the modules it loads; generous, for it may be on a busy machine. */
const START_MS = 30_000;
/** After a thread could not start, the next is tried when so much time has passed. */
const AGAIN_MS = 10_000;
/** A chart needs 30 MB with all that draws it. */
const HEAP_MB = 192;

interface Task {
  readonly spec: ChartSpec;
  readonly done: (drawn: Exclude<Drawn, { error: string }> | null) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly ended: Promise<unknown>;
  ready: boolean;
  task: Task | null;
  timer: NodeJS.Timeout;
}

/** Starts the first thread at once; a further one when drawings wait. */
export function startPool(options: PoolOptions): Pool {
  const { log } = options;
  const threads = new Set<Thread>();
  const ending = new Set<Promise<unknown>>();
  const queue: Task[] = [];
  let closed = false;
  let notBefore = 0;

  const start = (): void => {
    if (closed || performance.now() < notBefore) return;
    const worker = new Worker(options.script, THREAD);
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    const timer = setTimeout(() => lose(thread, 'It did not start in time.'), START_MS);
    const thread: Thread = { worker, ended, ready: false, task: null, timer };
    threads.add(thread);
    worker.on('message', (message: FromWorker) => heard(thread, message));
    worker.on('error', (error) => lose(thread, error.message));
    worker.on('exit', () => lose(thread, 'It ended.'));
  };

  const heard = (thread: Thread, message: FromWorker): void => {
    clearTimeout(thread.timer);
    const { task } = thread;
    thread.ready = true;
    thread.task = null;
    if (message !== READY && task !== null) task.done(result(message));
    assign();
  };

  const result = (drawn: Drawn) => {
    if (!('error' in drawn)) return drawn;
    log.warn('A chart could not be drawn', { error: drawn.error });
    return null;
  };

  const lose = (thread: Thread, why: string): void => {
    if (!threads.delete(thread)) return;
    clearTimeout(thread.timer);
    thread.task?.done(null);
    if (!closed) log.warn('A thread that draws charts is replaced', { why });
    if (!thread.ready) {
      notBefore = performance.now() + AGAIN_MS;
      for (const task of queue.splice(0)) task.done(null);
    }
    const end = Promise.all([thread.worker.terminate(), thread.ended]);
    ending.add(end);
    void end.finally(() => ending.delete(end));
    assign();
    if (threads.size === 0) start();
  };

  const assign = (): void => {
    for (const thread of threads) {
      if (!thread.ready || thread.task !== null) continue;
      const task = queue.shift();
      if (task === undefined) return;
      thread.task = task;
      thread.timer = setTimeout(() => lose(thread, 'A chart took too long.'), options.drawMs);
      thread.worker.postMessage(task.spec, []);
    }
    const starting = [...threads].some((thread) => !thread.ready);
    if (queue.length > 0 && !starting && threads.size < options.threads) start();
  };

  start();
  return {
    draw: (spec) =>
      new Promise((done) => {
        if (threads.size === 0) start();
        if (closed || threads.size === 0 || queue.length >= options.waiting) {
          done(null);
          return;
        }
        queue.push({ spec, done });
        assign();
      }),
    async close() {
      closed = true;
      for (const task of queue.splice(0)) task.done(null);
      for (const thread of threads) lose(thread, 'The service ends.');
      await Promise.all(ending);
    },
  };
}

/** No secret of the service is in a thread; and echarts checks less in production. */
const THREAD = {
  env: { NODE_ENV: 'production' },
  execArgv: [],
  resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
};
