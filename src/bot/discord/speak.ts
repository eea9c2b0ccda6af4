import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Log } from '../../core/ingest/context.js';
import {
  type ChatSpeaker,
  type Destination,
  type DrawChart,
  Gone,
  type Inbound,
  type MessageRef,
  type Post,
} from '../platform.js';
import type { Messages } from './messages.js';
import { type Rendered, renderCard } from './render.js';
import { drawAll, readHandle } from './reply.js';
import { cannotBeChanged, isUnfit, lacksHistory, troubleOf } from './speak-errors.js';

/** What messages that nobody asked for are sent with. */
export interface Speaking {
  readonly messages: Messages;
  readonly inbound: Pick<Inbound, 'keep'>;
  readonly draw: DrawChart;
  readonly log: Log;
}

const snowflake = z.string().regex(/^\d+$/u);
const destination = z.object({ guild: snowflake, channel: snowflake });
type Where = z.output<typeof destination>;
const reference = z.object({ channel: snowflake, message: snowflake });

/** https://docs.discord.com/developers/resources/message#create-message */
const LONGEST_NONCE = 25;
/** Ids of components are numbers of 32 bits; this stays clear of the sign, and of small ones that Discord gives. */
const MARK_BITS = 30;
const FIRST_MARK = 2 ** MARK_BITS;

/**
 * Speaks in channels of servers. For some minutes Discord itself takes a message with the same nonce for the same. After
 * that one whose card has buttons is known by the id of their first row, among the last hundred of the channel, if the
 * bot may read them; what has no buttons is posted anew, once at most.
 */
export function discordSpeaker(with_: Speaking): ChatSpeaker {
  const { messages } = with_;
  return {
    destinationOf: (reply) => {
      const { server, channel } = readHandle(reply);
      return { guild: server, channel } satisfies Where;
    },
    post: (to, post, perhapsThere) =>
      spoken(async () => {
        const { channel } = whereOf(to);
        const before = perhapsThere ? await foundIn(messages, channel, markOf(post.key)) : null;
        return before ?? (await send(with_, channel, post, post.key, null));
      }),
    update: (to, ref, post) =>
      spoken(async () => {
        whereOf(to);
        const { channel, message } = refOf(ref);
        try {
          await inForms(with_, post, null, (rendered) => messages.edit(channel, message, rendered));
        } catch (error) {
          if (!cannotBeChanged(error)) throw error;
          // Each state that it would have shown is said once.
          const key = `${post.key} instead ${JSON.stringify(post.card)}`;
          await send(with_, channel, post, key, message);
        }
      }),
    reply: (to, ref, post, perhapsThere) =>
      spoken(async () => {
        whereOf(to);
        const { channel, message } = refOf(ref);
        if (perhapsThere && (await foundIn(messages, channel, markOf(post.key))) !== null) return;
        await send(with_, channel, post, post.key, message);
      }),
  };
}

async function send(
  with_: Speaking,
  channel: string,
  post: Post,
  key: string,
  answers: string | null,
): Promise<MessageRef> {
  const nonce = digestOf(key).toString('base64url').slice(0, LONGEST_NONCE);
  const message = await inForms(with_, post, markOf(key), async (rendered) => {
    if (answers === null) return await with_.messages.post(channel, rendered, { nonce });
    try {
      return await with_.messages.post(channel, rendered, { nonce, answers });
    } catch (error) {
      if (!lacksHistory(error)) throw error;
      return await with_.messages.post(channel, rendered, { nonce });
    }
  });
  return { channel, message };
}

/** With pictures, without, and with nothing but the verdict and the buttons: the first that Discord takes. */
async function inForms<Sent>(
  { inbound, draw, log }: Speaking,
  { card, place, mentions }: Post,
  mark: number | null,
  call: (rendered: Rendered) => Promise<Sent>,
): Promise<Sent> {
  const none = { share: null, file: null, askedBy: null, mentions, mark };
  const pictures = await drawAll(draw, card);
  const forms = [
    ...(pictures.size > 0 ? [{ card, pictures }] : []),
    { card, pictures: new Map() },
    { card: { ...card, parts: [], form: null }, pictures: new Map() },
  ];
  for (const [at, form] of forms.entries()) {
    const rendered = renderCard({ ...none, ...form });
    if (rendered.keep.length > 0) await inbound.keep(place, rendered.keep);
    try {
      return await call(rendered);
    } catch (error) {
      if (!isUnfit(error) || at === forms.length - 1) throw error;
      log.warn('Discord did not take a message, and gets a simpler one', { error });
    }
  }
  throw new Error('a card has no form to be sent in');
}

async function foundIn(messages: Messages, channel: string, mark: number): Promise<MessageRef | null> {
  const found = (await messages.recent(channel)).find(
    ({ author, components }) => author.bot === true && components[0]?.id === mark,
  );
  return found === undefined ? null : { channel, message: found.id };
}

/** The id that the first row of buttons of a message has. */
function markOf(key: string): number {
  return FIRST_MARK + (digestOf(key).readUInt32BE() % FIRST_MARK);
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

async function spoken<Said>(work: () => Promise<Said>): Promise<Said> {
  try {
    return await work();
  } catch (error) {
    throw troubleOf(error);
  }
}

function whereOf(to: Destination): Where {
  const where = destination.safeParse(to).data;
  if (where !== undefined) return where;
  throw new Gone('channel', 'The channel was kept by another version: add it again.');
}

function refOf(ref: MessageRef): z.output<typeof reference> {
  const read = reference.safeParse(ref).data;
  if (read !== undefined) return read;
  throw new Gone('message', 'The message was kept by another version.');
}
