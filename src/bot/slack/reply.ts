import { z } from 'zod';
import { ReplyGone, type ReplyHandle } from '../platform.js';

const schema = z.object({
  /** Of the request: an answer that was posted is known again by it. */
  id: z.string(),
  /** The team that the app is installed in. */
  team: z.string(),
  user: z.string(),
  /** null where nothing was said in a channel, as on the Home tab. */
  channel: z.string().nullable(),
  /** The thread in which it was said. */
  thread: z.string().nullable(),
  /** Whether the channel is the direct message with the app, where everything is private. */
  direct: z.boolean(),
  /** Answers to the asker alone, and to channels that the app is not in; it lasts half an hour. */
  responseUrl: z.string().nullable(),
  /** When the request came; milliseconds since 1970. */
  at: z.number(),
});

/** Where an answer goes, as it is kept. */
export type SlackReply = Readonly<z.output<typeof schema>>;

export function writeReply(reply: SlackReply): ReplyHandle {
  return reply;
}

/** Throws ReplyGone for what is no such handle, as an older version may have kept it. */
export function readReply(handle: ReplyHandle): SlackReply {
  const read = schema.safeParse(handle);
  if (!read.success) throw new ReplyGone('the kept place of the answer is of another version');
  return read.data;
}
