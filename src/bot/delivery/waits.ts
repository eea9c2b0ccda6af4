import type { Sending } from './limits.js';

/** The channels that this process leaves alone for now: those it speaks to, and those whose rate is used up. */
export interface Waits {
  /** A channel is spoken to: nothing more is taken of it until that ends. */
  begin(tenant: number, channel: number): void;
  end(tenant: number, channel: number): void;
  add(tenant: number, channel: number, sendings: readonly Sending[], until: Date): void;
  has(tenant: number, channel: number, sending: Sending): boolean;
  /** Channels of a tenant that have to wait. */
  of(tenant: number): { readonly messages: readonly number[]; readonly changes: readonly number[] };
  close(): void;
}

const SENDINGS = ['messages', 'changes'] as const;
/** A timer may not be longer; who waits longer is woken early and waits again. */
const LONGEST_TIMER_MS = 3_600_000;

interface Wait {
  busy: boolean;
  readonly until: Map<Sending, number>;
}

/** Makes them; `wake` is called when a time has come. */
export function openWaits(now: () => Date, wake: () => void): Waits {
  const tenants = new Map<number, Map<number, Wait>>();
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;

  const waitOf = (tenant: number, channel: number): Wait => {
    const channels = tenants.get(tenant) ?? new Map<number, Wait>();
    tenants.set(tenant, channels);
    const wait = channels.get(channel) ?? { busy: false, until: new Map<Sending, number>() };
    channels.set(channel, wait);
    return wait;
  };
  const has = (tenant: number, channel: number, sending: Sending): boolean => {
    const until = tenants.get(tenant)?.get(channel)?.until.get(sending);
    return until !== undefined && until > now().getTime();
  };
  return {
    begin: (tenant, channel) => {
      waitOf(tenant, channel).busy = true;
    },
    end: (tenant, channel) => {
      waitOf(tenant, channel).busy = false;
    },
    add: (tenant, channel, sendings, until) => {
      const { until: times } = waitOf(tenant, channel);
      for (const sending of sendings) times.set(sending, Math.max(until.getTime(), times.get(sending) ?? 0));
      if (closed) return;
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          wake();
        },
        Math.min(Math.max(until.getTime() - now().getTime(), 1), LONGEST_TIMER_MS),
      );
      timers.add(timer);
    },
    has,
    of: (tenant) => {
      const channels = tenants.get(tenant) ?? new Map<number, Wait>();
      for (const [channel, { busy }] of channels)
        if (!busy && !SENDINGS.some((sending) => has(tenant, channel, sending))) channels.delete(channel);
      const those = (sending: Sending) =>
        [...channels].filter(([id, { busy }]) => busy || has(tenant, id, sending)).map(([id]) => id);
      return { messages: those('messages'), changes: those('changes') };
    },
    close: () => {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
