import type { Card } from '../../src/bot/card.js';
import { Gone, type Destination, type MessageRef, type Post, type Speaker } from '../../src/bot/platform.js';

/** A message in a channel of the stand-in. */
export interface SaidMessage {
  readonly id: string;
  readonly channel: string;
  readonly key: string;
  readonly card: Card;
  readonly mentions: readonly string[];
  readonly edits: number;
  readonly replies: readonly { readonly key: string; readonly card: Card }[];
}

export type SpeakerCall = 'post' | 'update' | 'reply';

/** What befalls a call; null for nothing. */
export type Mishap = { readonly before: Error } | { readonly after: Error } | null;

/** A platform in memory: keeps what is said to it, and has befall it what a test wants. */
export interface MemorySpeaker extends Speaker {
  /** Messages that are there, oldest first. */
  messages(channel?: string): readonly SaidMessage[];
  /** Every call that came in, whatever became of it. */
  readonly calls: { readonly call: SpeakerCall; readonly channel: string; readonly key: string }[];
  /** What befalls the calls from now on: an error before anything is done, or an answer that is lost after it. */
  befall(mishap: (call: SpeakerCall, channel: string) => Mishap): void;
  /** A person deletes a message. */
  remove(id: string): void;
  /** Runs in each call before anything is done: for what happens meanwhile. */
  meanwhile(work: (call: SpeakerCall, channel: string) => Promise<void>): void;
}

/** Makes one; `finds` says whether it finds messages by their key, as platforms with metadata or a nonce do. */
export function memorySpeaker({ finds = true } = {}): MemorySpeaker {
  const all = new Map<string, SaidMessage>();
  const calls: MemorySpeaker['calls'] = [];
  let mishap: (call: SpeakerCall, channel: string) => Mishap = () => null;
  let meanwhile: (call: SpeakerCall, channel: string) => Promise<void> = () => Promise.resolve();
  let count = 0;

  const during = async <Result>(
    call: SpeakerCall,
    to: Destination,
    { key }: Post,
    work: (channel: string) => Result,
  ): Promise<Result> => {
    const channel = String(to['channel']);
    calls.push({ call, channel, key });
    await meanwhile(call, channel);
    const what = mishap(call, channel);
    if (what !== null && 'before' in what) throw what.before;
    const result = work(channel);
    if (what !== null) throw what.after;
    return result;
  };
  const messageOf = (ref: MessageRef): SaidMessage => {
    const message = all.get(String(ref['id']));
    if (message === undefined) throw new Gone('message', 'The message is not there any more.');
    return message;
  };
  return {
    calls,
    messages: (channel) =>
      [...all.values()].filter((one) => channel === undefined || one.channel === channel),
    befall: (next) => {
      mishap = next;
    },
    meanwhile: (next) => {
      meanwhile = next;
    },
    remove: (id) => {
      all.delete(id);
    },
    post: (to, post, perhapsThere) =>
      during('post', to, post, (channel) => {
        const there = [...all.values()].find((one) => one.key === post.key && one.channel === channel);
        if (perhapsThere && finds && there !== undefined) return { id: there.id };
        count += 1;
        const id = `m${count}`;
        all.set(id, {
          id,
          channel,
          key: post.key,
          card: post.card,
          mentions: post.mentions,
          edits: 0,
          replies: [],
        });
        return { id };
      }),
    update: (to, ref, post) =>
      during('update', to, post, () => {
        const message = messageOf(ref);
        all.set(message.id, { ...message, card: post.card, edits: message.edits + 1 });
      }),
    reply: (to, ref, post, perhapsThere) =>
      during('reply', to, post, () => {
        const message = messageOf(ref);
        if (perhapsThere && finds && message.replies.some(({ key }) => key === post.key)) return;
        const replies = [...message.replies, { key: post.key, card: post.card }];
        all.set(message.id, { ...message, replies });
      }),
  };
}
