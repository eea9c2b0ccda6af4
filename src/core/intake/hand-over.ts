import type { Spooled } from '../report/bytes.js';
import type { Outcome, SourceHost } from './source.js';

/** Handed over in one go: many small ones make one transaction. */
const MOST_ITEMS = 100;
/** Bytes held meanwhile; larger ones stay on disk. */
const MOST_BYTES = 8 * 1024 * 1024;
/** So long a batch is waited for until it is read, to tell what is unreadable from the rest. */
const SETTLE_MS = 10_000;

/** Bytes that were found, and how to let go of them when they are committed. */
export interface Item {
  readonly name: string;
  readonly source: Spooled;
  /** Resolves when they are out of the way. */
  letGo(outcome: Outcome): Promise<void>;
}

/** Hands items over to the host, many at a time. */
export interface HandOver {
  add(item: Item): Promise<void>;
  /** Hands over what is left. */
  flush(): Promise<void>;
  /** Closes what was not handed over. */
  close(): Promise<void>;
}

/** A batch is let go of once it is committed, and the unreadable in it are put aside. */
export function handOver(host: SourceHost): HandOver {
  let items: Item[] = [];
  let bytes = 0;
  // Where nobody reads at this time, later batches need not wait as well.
  let settleMs = SETTLE_MS;

  const empty = async (): Promise<readonly Item[]> => {
    const emptied = items;
    items = [];
    bytes = 0;
    await Promise.all(emptied.map(({ source }) => source.close()));
    return emptied;
  };
  const flush = async () => {
    if (items.length === 0) return;
    let taken;
    try {
      taken = await host.take(items);
    } catch (error) {
      await empty();
      throw error;
    }
    const handed = await empty();
    const outcomes = await host.settled(taken, settleMs);
    settleMs = outcomes.includes('waiting') ? 0 : SETTLE_MS;
    for (const [index, item] of handed.entries()) await item.letGo(outcomes[index] ?? 'waiting');
    await host.setAside(
      handed.flatMap(({ name }, index) => {
        const why = taken[index];
        return outcomes[index] === 'unreadable' && why !== undefined ? [{ name, why }] : [];
      }),
    );
  };
  return {
    add: async (item) => {
      items.push(item);
      bytes += item.source.memory?.length ?? 0;
      if (items.length >= MOST_ITEMS || bytes >= MOST_BYTES) await flush();
    },
    flush,
    close: async () => void (await empty()),
  };
}
