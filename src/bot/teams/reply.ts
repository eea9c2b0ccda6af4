import { z } from 'zod';
import { type ChatPlace, ReplyGone, type ReplyHandle } from '../platform.js';

/** Where an answer goes; plain data, so that any process can answer, after a restart too. Holds no token. */
const reply = z.object({
  serviceUrl: z.string(),
  /** With its thread, in a channel. */
  conversation: z.string(),
  /** Without it. */
  channel: z.string(),
  personal: z.boolean(),
  tenant: z.string(),
  /** Ids in the Bot Connector's terms, `28:…` and `29:…`. */
  bot: z.string(),
  person: z.string(),
  personName: z.string(),
  /** A card of the asker's own that the answer takes the place of. */
  update: z.object({ id: z.string(), targeted: z.boolean() }).nullable(),
  /** It was said as a message that nobody else sees, so no answer to it may be seen by others. */
  targeted: z.boolean(),
  /** A button was pressed; who pressed was told already where the answer goes. */
  pressed: z.boolean(),
  /**
   * The personal chat in which somebody pressed a button that shows an answer in `conversation`. The button's word is not
   * taken for it: it is looked whether they are there. null where the conversation is the one of the request itself.
   */
  shownFrom: z.string().nullable().default(null),
});

export type TeamsReply = Readonly<z.output<typeof reply>>;

/** The handle for ChatRequest.reply. */
export function writeReply(of: TeamsReply): ReplyHandle {
  return { ...of };
}

/** A handle read back. Throws ReplyGone for one that is none of ours. */
export function readReply(handle: ReplyHandle): TeamsReply {
  const read = reply.safeParse(handle);
  if (read.success) return read.data;
  throw new ReplyGone('The place to answer is not one that Teams knows.', { cause: read.error });
}

export function placeOf({ tenant, channel }: TeamsReply): ChatPlace {
  return { platform: 'teams', workspace: tenant, channel };
}
