import { LIMITS } from './limits.js';

/** A wait that Discord asks for. */
export interface Wait {
  readonly seconds: number;
  readonly isGlobal: boolean;
}

interface Window {
  used: number;
  endsAt: number;
}

/** What one bucket says in its headers. */
export interface Bucket {
  readonly name: string;
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
}

const WINDOW_MS = { channel: 5_000, webhook: 2_000 } as const;

/** Counts calls as Discord does: all of a bot in a second, those of a channel or webhook, and invalid ones. */
export function createRates(now: () => number, perSecond: number = LIMITS.globalPerSecond.most) {
  const windows = new Map<string, Window>();
  let invalidCalls: number[] = [];

  const use = (key: string, most: number, lengthMs: number): Wait | null => {
    const time = now();
    const window = windows.get(key);
    if (window === undefined || window.endsAt <= time) {
      windows.set(key, { used: 1, endsAt: time + lengthMs });
      return null;
    }
    window.used += 1;
    if (window.used <= most) return null;
    return { seconds: (window.endsAt - time) / 1_000, isGlobal: key === 'global' };
  };

  return {
    /** Null where the call is let through. */
    global: () => use('global', perSecond, 1_000),
    route: (kind: 'channel' | 'webhook', id: string) =>
      use(
        `${kind}/${id}`,
        kind === 'channel' ? LIMITS.channelMessages.most : LIMITS.webhookMessages.most,
        WINDOW_MS[kind],
      ),
    bucket: (kind: 'channel' | 'webhook', id: string): Bucket => {
      const most = kind === 'channel' ? LIMITS.channelMessages.most : LIMITS.webhookMessages.most;
      const window = windows.get(`${kind}/${id}`);
      return {
        name: kind === 'channel' ? '80c17d2f203122d936070c88c8d10f33' : 'e53ecd90d8e95d29e02107b44ff64b15',
        limit: most,
        remaining: Math.max(0, most - (window?.used ?? 0)),
        resetSeconds: Math.max(0, ((window?.endsAt ?? now()) - now()) / 1_000),
      };
    },
    /** Counts an answer of 401, 403 or 429. */
    invalid: () => {
      invalidCalls = [...invalidCalls.filter((at) => at > now() - 600_000), now()];
    },
    /** Whether the address is banned for them. */
    isBanned: (most: number) => invalidCalls.filter((at) => at > now() - 600_000).length >= most,
    invalidCount: () => invalidCalls.length,
  };
}
export type Rates = ReturnType<typeof createRates>;
