import { z } from 'zod';
import type { OneWayPost } from '../one-way.js';
import type { MessageRef } from '../platform.js';

/** A saved reference: the ids of the first mail about something, ours and the one that the server gave it instead. */
const saved = z.object({ first: z.array(z.string()).min(1) });
const ID = /^<[^<>\s@]{1,200}@[^<>\s@]{1,200}>$/u;

export interface Thread {
  readonly messageId: string;
  /** null for the first. */
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
}

/**
 * The ids of a mail. Its own is the same for every try, so that one that was sent twice is one for programs that look;
 * all that follow answer the first, so that they stand below it.
 */
export function threadOf({ subject, subjectId, key, before }: OneWayPost, host: string): Thread {
  const first = (saved.safeParse(before).data?.first ?? []).filter((id) => ID.test(id));
  return {
    messageId: `<${subject}-${subjectId}.${key.replaceAll(/[^A-Za-z0-9.-]+/gu, '-')}@${host}>`,
    inReplyTo: first.at(-1) ?? null,
    references: first,
  };
}

/** What is saved of a mail that was sent; `given` is the id that the server put in the place of ours. */
export function refOf(thread: Thread, given: string | undefined): MessageRef {
  if (thread.references.length > 0) return { first: thread.references };
  return { first: [...new Set([thread.messageId, ...(given === undefined ? [] : [given])])] };
}
