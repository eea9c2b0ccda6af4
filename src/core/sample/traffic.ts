import { pickAddresses } from './addresses.js';
import type { Calendar } from './calendar.js';
import type { Disturbance, Events } from './events.js';
import { habitsOf, type SenderHabits } from './kinds.js';
import { divide, randomFor, type Random } from './random.js';
import { MAX_PER_DAY, type SenderPlan } from './scenario-schema.js';

/** Messages of one sender that are alike, as one receiver saw them. */
export interface MessageGroup {
  readonly source: string;
  readonly dkimFails: boolean;
  readonly spfFails: boolean;
  readonly count: number;
}

/** Days over which `growth` is meant. */
const GROWTH_DAYS = 30;
/** How much the part of the mail that goes to one receiver varies from day to day. */
const SHARE_NOISE = 0.1;

/** One sender with its habits, and its addresses of the day it was last asked about. */
export class Traffic {
  readonly sender: SenderPlan;
  readonly habits: SenderHabits;
  readonly #seed: string;
  readonly #days: Calendar;
  readonly #events: Events;
  #sources: { readonly key: string; readonly list: readonly string[] } = { key: 'none', list: [] };

  constructor(sender: SenderPlan, seed: string, days: Calendar, events: Events) {
    this.sender = sender;
    this.habits = habitsOf(sender);
    this.#seed = seed;
    this.#days = days;
    this.#events = events;
  }

  isActive(day: number): boolean {
    return day >= this.sender.from && (this.sender.until === undefined || day <= this.sender.until);
  }

  /** Messages to the whole world on a day, not yet whole. */
  volume(day: number): number {
    const { perDay, growth, noise, name, from } = this.sender;
    const weekday = this.#days.isWeekend(day) ? this.habits.weekend : 1;
    const wobble = Math.max(0, 1 + noise * randomFor(this.#seed, 'volume', name, day).normal());
    const grown = growth ** ((day - from) / GROWTH_DAYS);
    const messages = perDay * weekday * wobble * grown * this.#events.disturbance(this.sender, day).volume;
    return Math.min(messages, MAX_PER_DAY);
  }

  /** The addresses it sends from on a day: most mail from the first, unless they are scattered. */
  sources(day: number): readonly string[] {
    const key = this.habits.scattered ? String(day) : 'every day';
    if (this.#sources.key !== key) {
      const random = randomFor(this.#seed, 'sources', this.sender.name, key);
      this.#sources = { key, list: pickAddresses(this.sender.addresses, this.habits.sources, random) };
    }
    return this.#sources.list;
  }

  /** What a receiver with this part of the world's mail saw in a part of a day (`slot`). */
  seenBy(receiver: string, share: number, day: number, slot: number): MessageGroup[] {
    if (!this.isActive(day) || share === 0) return [];
    const random = randomFor(this.#seed, 'mail', receiver, this.sender.name, day, slot);
    const wobble = Math.max(0, 1 + SHARE_NOISE * random.normal());
    const messages = random.round(this.volume(day) * share * wobble);
    if (messages === 0) return [];
    const sources = this.sources(day);
    const disturbance = this.#events.disturbance(this.sender, day);
    return this.#bySource(messages, sources.length, random).flatMap((count, index) =>
      count === 0 ? [] : this.#byOutcome(sources[index] ?? '', count, disturbance, random),
    );
  }

  #bySource(messages: number, sources: number, random: Random): number[] {
    const { scattered } = this.habits;
    if (messages >= sources || !scattered)
      return divide(
        messages,
        Array.from({ length: sources }, (_, index) => (scattered ? 1 : 1 / (index + 1))),
        random,
      );
    const counts = Array.from({ length: sources }, () => 0);
    for (let message = 0; message < messages; message += 1) {
      const index = random.below(sources);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    return counts;
  }

  #byOutcome(source: string, count: number, disturbance: Disturbance, random: Random): MessageGroup[] {
    const dkim = 1 - (1 - this.habits.failures.dkim) * (1 - disturbance.dkim);
    const spf = 1 - (1 - this.habits.failures.spf) * (1 - disturbance.spf);
    const weights = [(1 - dkim) * (1 - spf), dkim * (1 - spf), (1 - dkim) * spf, dkim * spf];
    return divide(count, weights, random).flatMap((messages, outcome) =>
      messages === 0
        ? []
        : [{ source, dkimFails: (outcome & 1) === 1, spfFails: outcome >= 2, count: messages }],
    );
  }
}
