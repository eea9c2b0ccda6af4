import { watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SourceError, type SourceHost } from './source.js';

/** A file that nobody has written to for so long is taken for whole. */
export const STILL_MS = 2_000;
/** Several changes within this time are looked at together. */
const CALM_MS = 50;
/** Whoever asked for a look waits at most so long for files that are being written. */
const PATIENCE_MS = 10_000;

/** What a look found. */
export interface Looked {
  /** Left where they are. */
  readonly waiting: number;
  /** Of these, files that may be whole in a moment. */
  readonly unsettled: number;
}

export interface Watched {
  /** Changes here make it look at once; null where the system cannot tell. */
  readonly paths: readonly string[];
  readonly pollMs: number;
  /** Takes what is there. Throws SourceError for trouble that people can mend. */
  look(): Promise<Looked>;
}

/** Looks at what changes, at the latest after each poll, until the signal aborts. */
export async function watchAndPoll(host: SourceHost, watched: Watched, signal: AbortSignal): Promise<void> {
  const looks = queueOf(() => lookAndSay(host, watched));
  let wake = new AbortController();
  const watchers = watched.paths.flatMap((path) => watcherOf(path, () => wake.abort()));
  host.onAsk(() => patiently(looks, signal));
  try {
    while (!signal.aborted) {
      wake = new AbortController();
      const looked = await looks();
      if (wake.signal.aborted) {
        await sleep(CALM_MS);
        continue;
      }
      const pause =
        looked !== null && looked.unsettled > 0 ? Math.min(STILL_MS, watched.pollMs) : watched.pollMs;
      await sleep(pause, undefined, { signal: AbortSignal.any([signal, wake.signal]) }).catch(() => {});
      if (wake.signal.aborted && !signal.aborted) await sleep(CALM_MS);
    }
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}

/** Looks until nothing is left that will be whole in a moment. Throws SourceError. */
export async function lookOnce(host: SourceHost, watched: Watched, signal: AbortSignal): Promise<void> {
  await patiently(async () => {
    const looked = await watched.look();
    await host.say({ lastContact: host.now(), waiting: looked.waiting, trouble: null });
    return looked;
  }, signal);
}

async function patiently(look: () => Promise<Looked | null>, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const looked = await look();
    if (looked === null || looked.unsettled === 0 || signal.aborted || performance.now() > deadline) return;
    await sleep(STILL_MS / 4, undefined, { signal }).catch(() => {});
  }
}

/** One look; null where there is trouble, which is said: what people can mend is tried again at the next poll. */
async function lookAndSay(host: SourceHost, watched: Watched): Promise<Looked | null> {
  try {
    const looked = await watched.look();
    await host.say({ lastContact: host.now(), waiting: looked.waiting, trouble: null });
    return looked;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    await host.say({ trouble: { code: error.code, message: error.message } });
    return null;
  }
}

/** One after the other; who asks while one is under way gets the next one. */
function queueOf<T>(work: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };
}

function watcherOf(path: string, changed: () => void): { close(): void }[] {
  try {
    const watcher = watch(path, { persistent: false }, changed);
    // Network disks and systems out of watches: polling remains.
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}
