import type { PlatformName } from '../../../src/bot/platform.js';
import { until } from '../until.js';

/** A message of the bot as somebody sees it. */
export interface Seen {
  /** Another one after each change of the message. */
  readonly key: string;
  /** All that can be read in it, without marks that nobody sees. */
  readonly text: string;
  /** Whether others of the channel see it too. */
  readonly toAll: boolean;
  /** What is said of each picture to those who cannot see it. */
  readonly pictures: readonly string[];
  readonly files: readonly { readonly name: string; readonly bytes: Buffer }[];
  /** What the platform would make of it beyond text: mentions, links, formats. */
  readonly live: readonly string[];
}

/** Somebody in a platform, in a channel with the bot. Acts resolve with the status when the platform was answered. */
export interface ChatUser {
  readonly name: string;
  type(text: string): Promise<number>;
  press(on: Seen, label: string): Promise<number>;
  /** Presses a button that asks for text, writes it and sends it. */
  write(on: Seen, label: string, text: string): Promise<number>;
  /** What the button holds now, pressed when it is called, however the message has changed by then. */
  hold(on: Seen, label: string): () => Promise<number>;
  /** Somebody deletes it. */
  remove(on: Seen): void;
  drop(name: string, bytes: Buffer): Promise<number>;
  /** What was done last, delivered once more as the platform does where it heard nothing. */
  again(): Promise<number>;
  /** What they see of the bot in all places, the oldest first. */
  seen(): readonly Seen[];
  /** Buttons that they see on it. */
  buttons(on: Seen): readonly string[];
}

/**
 * What the answer to the next pressed button meets: it has to wait for a second, the platform has trouble, or what is in
 * it is refused.
 */
export type Trouble = 'wait' | 'server' | 'refused';

/** One platform's stand-in, as stories use it. */
export interface Side {
  readonly name: PlatformName;
  readonly environment: Readonly<Record<string, string>>;
  /** The id of what is bound to a tenant. */
  readonly workspace: string;
  /** Told where the service is, after each of its starts. */
  reach(serviceUrl: string): Promise<void>;
  /**
   * Somebody new; `beside` puts them into the channel of somebody else. Where the platform vouches for addresses, theirs
   * is NAME@PLATFORM.example.
   */
  user(name: string, beside?: ChatUser): ChatUser;
  trouble(kind: Trouble): void;
  stop(): Promise<void>;
}

/** Does something as a user, and waits for what they see next. */
export async function answerTo(user: ChatUser, act: () => Promise<number>): Promise<Seen> {
  const before = new Set(user.seen().map(({ key }) => key));
  const status = await act();
  if (status >= 300) throw new Error(`the bot said ${status}`);
  return nextSeen(user, before);
}

export function ask(user: ChatUser, text: string): Promise<Seen> {
  return answerTo(user, () => user.type(text));
}

/** The first that is seen beside what was seen before. */
export function nextSeen(user: ChatUser, before: ReadonlySet<string>, also = /(?:)/u): Promise<Seen> {
  return until(`an answer for ${user.name}`, () =>
    Promise.resolve(user.seen().find(({ key, text }) => !before.has(key) && also.test(text)) ?? null),
  );
}

/** Marks without width keep text from being read as a link or a mention; nobody sees them. */
export function asRead(text: string): string {
  return text.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');
}
