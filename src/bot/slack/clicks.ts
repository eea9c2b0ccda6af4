export interface Clicks {
  /** Whether a press of a spot, at a time in seconds as Slack gives it, is no second click on the same. */
  isFirst(spot: string, seconds: number): boolean;
}

/** Nobody means two presses so near each other. */
const DOUBLE_CLICK_S = 0.8;
const MOST_SPOTS = 1_000;

/** The presses of the last moments. Each click has a trigger of its own, so that the platform's ids tell nothing. */
export function recentClicks(): Clicks {
  const last = new Map<string, number>();
  return {
    isFirst: (spot, seconds) => {
      const before = last.get(spot);
      last.delete(spot);
      last.set(spot, seconds);
      if (last.size > MOST_SPOTS) last.delete([...last.keys()][0] ?? '');
      return before === undefined || Number.isNaN(seconds) || Math.abs(seconds - before) > DOUBLE_CLICK_S;
    },
  };
}
