/** How exact times of arrival are. */
const LOOK_MS = 3;

/** Looks for many things at once, often: the fakes keep what came, and do not tell of it. */
export interface Watch {
  /** What `find` gives when it gives something; rejects when that takes too long. */
  until<Found>(find: () => Found | null, withinMs: number): Promise<Found>;
}

export function startWatch(): Watch {
  const open = new Set<() => boolean>();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    for (const done of open) if (done()) open.delete(done);
    if (open.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    until: (find, withinMs) =>
      new Promise((resolve, reject) => {
        const deadline = performance.now() + withinMs;
        open.add(() => {
          const found = find();
          if (found !== null) resolve(found);
          else if (performance.now() > deadline) reject(new Error(`nothing within ${withinMs / 1_000} s`));
          else return false;
          return true;
        });
        timer ??= setInterval(look, LOOK_MS);
      }),
  };
}
