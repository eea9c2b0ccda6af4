import type { webApi } from '@slack/bolt';
import type { Log } from '../../core/ingest/context.js';
import type { Card } from '../card.js';
import { type Answer, type AnswerFile, type Inbound, type MessageRef, ReplyGone } from '../platform.js';
import { patiently, respond } from './calls.js';
import { meaningOf } from './errors.js';
import { foundIn, SPOKEN } from './found.js';
import { RESPONSE_URL_MS } from './limits.js';
import type { Pictures } from './pictures.js';
import type { Rendered, RenderOptions } from './render.js';
import type { SlackReply } from './reply.js';
import { say } from './say.js';
import { formsOf, sendForms } from './simpler.js';

/** What answers are sent with. */
export interface Answering {
  readonly client: webApi.WebClient;
  readonly apiUrl: string;
  readonly inbound: Inbound;
  readonly pictures: Pictures;
  readonly log: Log;
  readonly now: () => Date;
}

/** A place that may take the answer; where it is gone, the next one is tried. */
type Way = (message: Rendered) => Promise<void>;

/** An answer so late may be a second try after a restart: it is looked whether the first came through. */
const LATE_MS = 10_000;

/** Sends an answer, in a simpler form where Slack does not take the full one. */
export async function answerReply(with_: Answering, reply: SlackReply, answer: Answer): Promise<void> {
  const { card, file, share, askedBy } = answer;
  const shown = file === null || answer.audience === 'channel' ? card : withNote(card, file);
  const pictures = await with_.pictures.of(shown);
  const options: RenderOptions = { pictures, share: reply.direct ? null : share, askedBy };
  const ways = waysFor(with_, reply, answer.audience);
  await sendForms(
    formsOf(shown, options),
    async (rendered) => {
      await keepLongCommands(with_, reply, rendered);
      await sendBy(ways, rendered);
    },
    (reason, at) => {
      with_.log.warn('Slack did not take a message, and gets a simpler one', { reason });
      if (at === 0) with_.pictures.forget(pictures.values());
    },
  );
  if (file !== null) await sendFile(with_, reply, answer, file);
}

async function sendBy(ways: readonly Way[], message: Rendered): Promise<void> {
  let reason = 'there is no place for it';
  for (const way of ways) {
    try {
      await way(message);
      return;
    } catch (error) {
      const meaning = meaningOf(error);
      if (meaning.type !== 'gone') throw error;
      reason = meaning.reason;
    }
  }
  throw new ReplyGone(`Slack does not take the answer any more: ${reason}`);
}

/** Where an answer can go, the best first. */
function waysFor(with_: Answering, reply: SlackReply, audience: Answer['audience']): Way[] {
  const { channel, user } = reply;
  const ways: Way[] = [];
  if (audience === 'channel' || reply.direct) {
    if (channel !== null) ways.push((message) => post(with_, reply, channel, message));
    // Two people's own direct message is none of the app's places, which shows in the answer alone.
    if (reply.direct && reply.responseUrl === null) return ways;
  }
  if (reply.responseUrl !== null && with_.now().getTime() - reply.at < RESPONSE_URL_MS) {
    const url = reply.responseUrl;
    ways.push((message) => respondTo(with_, reply, url, audience, message));
  }
  if (audience === 'channel') return ways;
  if (reply.responseUrl === null && channel !== null)
    ways.push((message) => postEphemeral(with_, reply, channel, message));
  // A message to the asker alone is as private as one that only they see in the channel.
  ways.push((message) => post(with_, { ...reply, thread: null }, user, message));
  return ways;
}

/** The app may post to public channels without being in them, and is told where it may not. */
async function post(with_: Answering, reply: SlackReply, channel: string, message: Rendered): Promise<void> {
  const { client, now } = with_;
  const wasDone = async () =>
    (await found(client, channel, reply)) === null ? null : ({ ok: true } as const);
  if (now().getTime() - reply.at > LATE_MS && (await wasDone().catch(() => null)) !== null) return;
  await patiently<{ readonly ok: boolean }>({
    run: () =>
      say(client, {
        channel,
        text: message.text,
        blocks: message.blocks,
        ...(reply.thread === null ? {} : { thread_ts: reply.thread }),
        metadata: { event_type: SPOKEN, event_payload: { key: reply.id } },
      }),
    wasDone,
  });
}

async function postEphemeral(
  { client }: Answering,
  reply: SlackReply,
  channel: string,
  message: Rendered,
): Promise<void> {
  await patiently({
    run: () =>
      client.chat.postEphemeral({
        channel,
        user: reply.user,
        text: message.text,
        blocks: message.blocks,
        link_names: false,
        parse: 'none',
        ...(reply.thread === null ? {} : { thread_ts: reply.thread }),
      }),
  });
}

async function respondTo(
  { apiUrl }: Answering,
  reply: SlackReply,
  url: string,
  audience: Answer['audience'],
  message: Rendered,
): Promise<void> {
  await patiently({
    run: () =>
      respond(url, apiUrl, {
        response_type: audience === 'channel' ? 'in_channel' : 'ephemeral',
        // A new answer leaves the one that was pressed where it is: people compare them.
        replace_original: false,
        text: message.text,
        blocks: message.blocks,
        unfurl_links: false,
        unfurl_media: false,
        ...(reply.thread === null ? {} : { thread_ts: reply.thread }),
      }),
  });
}

/** The answer if it stands there already, as far as the app may read. */
async function found(
  client: webApi.WebClient,
  channel: string,
  { user, thread, id, at }: SlackReply,
): Promise<MessageRef | null> {
  const place = channel === user ? await directChannel(client, user) : channel;
  return foundIn(client, place, thread, id, new Date(at));
}

async function directChannel(client: webApi.WebClient, user: string): Promise<string> {
  const { channel } = await patiently({ run: () => client.conversations.open({ users: user }) });
  return channel?.id ?? user;
}

async function keepLongCommands(
  { inbound }: Answering,
  reply: SlackReply,
  { keep }: Rendered,
): Promise<void> {
  if (keep.length === 0) return;
  await inbound.keep(
    { platform: 'slack', workspace: reply.team, channel: reply.channel ?? reply.user },
    keep,
  );
}

/** A file cannot be shown to one person in a channel: the asker's goes to their direct messages. */
async function sendFile(
  { client, log }: Answering,
  reply: SlackReply,
  answer: Answer,
  file: AnswerFile,
): Promise<void> {
  try {
    const inChannel = (answer.audience === 'channel' || reply.direct) && reply.channel !== null;
    const channel = inChannel ? (reply.channel ?? '') : await directChannel(client, reply.user);
    const thread = inChannel && reply.thread !== null ? { thread_ts: reply.thread } : {};
    await patiently({
      run: () =>
        client.files.uploadV2({
          channel_id: channel,
          file: file.bytes,
          filename: file.name,
          title: file.name,
          ...thread,
        }),
    });
  } catch (error) {
    // The card was sent, and would be sent again if this were thrown.
    log.warn('Slack did not take a file', { name: file.name, error });
    const text = 'The file could not be sent. Please ask for it again; if that fails too, the API has it.';
    await say(client, { channel: reply.user, text }).catch(() => {});
  }
}

function withNote(card: Card, file: AnswerFile): Card {
  const note = `The file ${file.name} is in your direct messages with this app.`;
  return { ...card, parts: [...card.parts, { type: 'text', text: note }] };
}
