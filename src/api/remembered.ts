/** The same work once for all who ask while it is under way, and so long after it ended; what failed is not kept. */
export function remembered<T>(work: () => Promise<T>, freshMs: number): () => Promise<T> {
  let last: { readonly value: Promise<T>; until: number } | null = null;
  return () => {
    if (last !== null && performance.now() < last.until) return last.value;
    const made = { value: work(), until: Number.POSITIVE_INFINITY };
    last = made;
    made.value.then(
      () => {
        made.until = performance.now() + freshMs;
      },
      () => {
        made.until = 0;
      },
    );
    return made.value;
  };
}
