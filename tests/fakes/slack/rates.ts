import { LIMITS, METHOD_RATES } from './limits.js';
import type { Args } from './refusal.js';
import type { State } from './state.js';

const MINUTE_MS = 60_000;

/** Seconds that a call has to wait; null where it is within its rate. */
export function rates(state: State): (method: string, args: Args) => number | null {
  const calls = new Map<string, number[]>();
  const posts = new Map<string, { left: number; at: number }>();
  return (method, args) => {
    const now = state.now();
    if (method === 'chat.postMessage') return post(String(args['channel']), now);
    const most = METHOD_RATES[method];
    if (most === undefined) return null;
    const recent = (calls.get(method) ?? []).filter((at) => at > now - MINUTE_MS);
    calls.set(method, recent);
    if (recent.length >= most) return Math.max(1, Math.ceil(((recent[0] ?? now) + MINUTE_MS - now) / 1_000));
    recent.push(now);
    return null;
  };

  function post(channel: string, now: number): number | null {
    const before = posts.get(channel) ?? { left: LIMITS.postBurst, at: now };
    const left = Math.min(LIMITS.postBurst, before.left + ((now - before.at) / 1_000) * LIMITS.postPerSecond);
    const takes = left >= 1;
    posts.set(channel, { left: takes ? left - 1 : left, at: now });
    return takes ? null : 1;
  }
}
