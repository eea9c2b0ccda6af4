/** Raw documents in one transaction: many small ones make it worth its round trips. */
export const BATCH_DOCUMENTS = 100;
/** A batch ends when it holds so many bytes; a larger document is a batch of its own. */
const BATCH_BYTES = 1024 * 1024;

interface Waiting {
  readonly id: number;
  /** Bytes. */
  readonly size: number;
  /** Readings that were begun and did not end. */
  readonly attempts?: number;
}

/** The ids of the first batch of documents that wait, in their order. What was tried before goes alone. */
export function firstBatch(waiting: readonly Waiting[]): number[] {
  const chosen: number[] = [];
  let bytes = 0;
  for (const { id, size, attempts = 0 } of waiting) {
    bytes += size;
    const fits = bytes <= BATCH_BYTES && chosen.length < BATCH_DOCUMENTS && attempts === 0;
    if (chosen.length > 0 && !fits) break;
    chosen.push(id);
    if (!fits) break;
  }
  return chosen;
}
