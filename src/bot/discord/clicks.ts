import type { Interaction } from './interaction.js';

/** Nobody means two presses so near each other. */
const DOUBLE_CLICK_MS = 1_000;
const MOST_SPOTS = 1_000;
/** https://docs.discord.com/developers/reference#snowflakes: the rest of an id is its time in milliseconds. */
const BELOW_TIME = 22n;

/** Whether a press is no second click on the same; each click is an interaction with an id of its own. */
export function recentClicks(): (interaction: Interaction) => boolean {
  const last = new Map<string, number>();
  return ({ id, member, user, message, data }) => {
    const spot = JSON.stringify([message?.id, data?.custom_id, (member?.user ?? user)?.id]);
    const at = Number(BigInt(id) >> BELOW_TIME);
    const before = last.get(spot);
    last.delete(spot);
    last.set(spot, at);
    if (last.size > MOST_SPOTS) last.delete([...last.keys()][0] ?? '');
    return before === undefined || Math.abs(at - before) > DOUBLE_CLICK_MS;
  };
}
