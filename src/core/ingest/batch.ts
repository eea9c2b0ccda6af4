/** Raw documents in one transaction: many small ones make it worth its round trips. */
const BATCH_DOCUMENTS = 100;
/** A batch ends when it holds so many bytes; a larger document is a batch of its own. */
const BATCH_BYTES = 1024 * 1024;

interface Waiting {
  readonly id: number;
  /** Bytes. */
  readonly size: number;
}

/** The ids of the first batch of documents that wait, in their order. */
export function firstBatch(waiting: readonly Waiting[]): number[] {
  const chosen: number[] = [];
  let bytes = 0;
  for (const { id, size } of waiting) {
    bytes += size;
    const fits = bytes <= BATCH_BYTES && chosen.length < BATCH_DOCUMENTS;
    if (chosen.length > 0 && !fits) break;
    chosen.push(id);
    if (!fits) break;
  }
  return chosen;
}
