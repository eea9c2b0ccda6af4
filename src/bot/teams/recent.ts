/** A bounded memory: what is oldest goes first. What it forgets costs a convenience, never an answer. */
export interface Recent<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  take(key: string): Value | undefined;
}

/** Keeps the last so many, or as many as weigh no more than that together. */
export function recent<Value>(most: number, weigh: (value: Value) => number = () => 1): Recent<Value> {
  const kept = new Map<string, Value>();
  let weight = 0;
  const drop = (key: string): void => {
    const value = kept.get(key);
    if (value === undefined) return;
    kept.delete(key);
    weight -= weigh(value);
  };
  return {
    get: (key) => kept.get(key),
    set: (key, value) => {
      drop(key);
      kept.set(key, value);
      weight += weigh(value);
      for (const [oldest] of kept) {
        if (weight <= most) break;
        drop(oldest);
      }
    },
    take: (key) => {
      const value = kept.get(key);
      drop(key);
      return value;
    },
  };
}
