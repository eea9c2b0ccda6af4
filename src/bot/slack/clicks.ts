export interface Press {
  /** Of its trigger: each click has one of its own, and the same press sent again has the same. */
  readonly id: string;
  /** When, as Slack gives it. */
  readonly seconds: number;
}

export interface Clicks {
  /** Whether a press of a spot is no second click on the same; the same press again is none. */
  isFirst(spot: string, press: Press): boolean;
}

/** Nobody means two presses so near each other. */
const DOUBLE_CLICK_S = 0.8;
const MOST_SPOTS = 1_000;

/** The presses of the last moments. */
export function recentClicks(): Clicks {
  const last = new Map<string, Press>();
  return {
    isFirst: (spot, press) => {
      const before = last.get(spot);
      const isFirst =
        before === undefined ||
        before.id === press.id ||
        Number.isNaN(press.seconds) ||
        Math.abs(press.seconds - before.seconds) > DOUBLE_CLICK_S;
      last.delete(spot);
      last.set(spot, isFirst ? press : { ...before, seconds: press.seconds });
      if (last.size > MOST_SPOTS) last.delete([...last.keys()][0] ?? '');
      return isFirst;
    },
  };
}
