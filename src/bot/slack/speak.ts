import type { webApi } from '@slack/bolt';
import { z } from 'zod';
import { ExpectedError } from '../../core/expected-error.js';
import type { Log } from '../../core/ingest/context.js';
import {
  type ChatSpeaker,
  type Destination,
  Gone,
  type Inbound,
  type MessageRef,
  type Post,
  ReplyGone,
} from '../platform.js';
import { foundIn, SPOKEN } from './found.js';
import type { Pictures } from './pictures.js';
import type { Rendered } from './render.js';
import { readReply } from './reply.js';
import { say } from './say.js';
import { formsOf, sendForms } from './simpler.js';
import { cannotBeChanged, troubleOf } from './speak-errors.js';

/** What messages that nobody asked for are sent with. */
export interface Speaking {
  readonly client: webApi.WebClient;
  readonly inbound: Pick<Inbound, 'keep'>;
  readonly pictures: Pictures;
  /** The team of the token; null where Slack has not said yet. */
  readonly team: () => string | null;
  readonly log: Log;
}

const destination = z.object({ team: z.string(), channel: z.string() });
type Where = z.output<typeof destination>;
const reference = z.object({ channel: z.string(), ts: z.string() });

/**
 * Speaks in channels and direct messages. A message carries its key as metadata, which is looked for where an earlier try
 * may have come through; without the scopes to read there, or where the app is no member, it is posted anew.
 */
export function slackSpeaker(with_: Speaking): ChatSpeaker {
  return {
    destinationOf: (reply) => {
      const { team, channel } = readReply(reply);
      if (channel === null)
        throw new ReplyGone('The Home tab is no channel: ask in a channel or a direct message.');
      return { team, channel } satisfies Where;
    },
    post: async (to, post, perhapsThere) => {
      const { channel } = whereOf(with_, to);
      return await spoken('channel', async () => {
        const before = perhapsThere ? await foundIn(with_.client, channel, null, post.key) : null;
        return before ?? (await send(with_, channel, null, post));
      });
    },
    update: async (to, ref, post) => {
      whereOf(with_, to);
      const { channel, ts } = refOf(ref);
      try {
        await spoken('workspace', () =>
          inForms(with_, post, ({ text, blocks }) =>
            with_.client.chat.update({ channel, ts, text, blocks, link_names: false, parse: 'none' }),
          ),
        );
      } catch (error) {
        if (!cannotBeChanged(error)) throw error;
        await spoken('channel', () => send(with_, channel, ts, post));
      }
    },
    reply: async (to, ref, post, perhapsThere) => {
      whereOf(with_, to);
      const { channel, ts } = refOf(ref);
      await spoken('channel', async () => {
        if (perhapsThere && (await foundIn(with_.client, channel, ts, post.key)) !== null) return;
        await send(with_, channel, ts, post);
      });
    },
  };
}

/** Posts a message, in the thread below another where that is given. */
async function send(
  with_: Speaking,
  channel: string,
  thread: string | null,
  post: Post,
): Promise<MessageRef> {
  const { ts, channel: where } = await inForms(with_, post, ({ text, blocks }) =>
    say(with_.client, {
      channel,
      text,
      blocks,
      ...(thread === null ? {} : { thread_ts: thread, reply_broadcast: false }),
      metadata: { event_type: SPOKEN, event_payload: { key: post.key } },
    }),
  );
  return { channel: where ?? channel, ts: ts ?? '' };
}

async function inForms<Sent>(
  { inbound, pictures, log }: Speaking,
  { card, place, mentions }: Post,
  call: (message: Rendered) => Promise<Sent>,
): Promise<Sent> {
  const drawn = await pictures.of(card);
  return await sendForms(
    formsOf(card, { pictures: drawn, mentions }),
    async (message) => {
      if (message.keep.length > 0) await inbound.keep(place, message.keep);
      return await call(message);
    },
    (reason, at) => {
      log.warn('Slack did not take a message, and gets a simpler one', { reason });
      if (at === 0) pictures.forget(drawn.values());
    },
  );
}

/** `scope`: who has to wait where Slack says so, for its limits are by channel or by method. */
async function spoken<Said>(scope: 'channel' | 'workspace', work: () => Promise<Said>): Promise<Said> {
  try {
    return await work();
  } catch (error) {
    throw cannotBeChanged(error) ? error : troubleOf(error, scope);
  }
}

function whereOf({ team }: Speaking, to: Destination): Where {
  const where = destination.safeParse(to).data;
  if (where === undefined)
    throw new Gone('channel', 'The channel was kept by another version: add it again.');
  const own = team();
  if (own !== null && own !== where.team)
    throw new ExpectedError(
      'slack-workspace',
      'SLACK_BOT_TOKEN is of another workspace than the channel: set the token of the right one, or remove the channel.',
    );
  return where;
}

function refOf(ref: MessageRef): z.output<typeof reference> {
  const read = reference.safeParse(ref).data;
  if (read === undefined) throw new Gone('message', 'The message was kept by another version.');
  return read;
}
