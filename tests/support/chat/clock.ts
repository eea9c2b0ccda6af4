/** A clock that goes as the machine's does, and is moved by hand. */
export interface MovedClock {
  readonly now: () => Date;
  /** Milliseconds by which it goes before the machine's. */
  moved(): number;
  /** Moves it forward; those who follow have done so when this resolves. */
  pass(ms: number): Promise<void>;
  /** Called with all milliseconds after each move. */
  follow(follower: (moved: number) => unknown): void;
}

/** Makes it. */
export function movedClock(): MovedClock {
  const followers: ((moved: number) => unknown)[] = [];
  let moved = 0;
  return {
    now: () => new Date(Date.now() + moved),
    moved: () => moved,
    pass: async (ms) => {
      moved += ms;
      await Promise.all(followers.map((follower) => follower(moved)));
    },
    follow: (follower) => void followers.push(follower),
  };
}
