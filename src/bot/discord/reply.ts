import { z } from 'zod';
import {
  type Answer,
  type AnswerFile,
  type DrawChart,
  type Inbound,
  type Picture,
  ReplyGone,
} from '../platform.js';
import type { Card, Chart } from '../card.js';
import type { DiscordApi } from './api.js';
import { insist, meaningOf } from './errors.js';
import { type Rendered, renderCard } from './render.js';

/** What is kept of an interaction to answer it, from any process. */
const handleShape = z.object({
  application: z.string(),
  interaction: z.string(),
  token: z.string(),
  /** ISO 8601: the token is good until then. */
  expires: z.string(),
  server: z.string(),
  channel: z.string(),
  /** How it was acknowledged: by a reply to come, or by a change of the message that the button is on. */
  acknowledged: z.enum(['reply', 'update']),
});
export type Handle = z.output<typeof handleShape>;

/** An interaction token is good for so long: https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages */
export const TOKEN_MS = 15 * 60_000;
/** Of all tries of one message; the core tries again after that. */
const WITHIN_MS = 25_000;
/** More pictures are not looked at, and a message takes ten files. */
const MOST_PICTURES = 4;

export interface Answering {
  readonly api: DiscordApi;
  readonly inbound: Inbound;
  readonly draw: DrawChart;
  readonly now: () => Date;
  /** Resolves when the interaction was acknowledged from here; at once where that was elsewhere. */
  acknowledged(interaction: string): Promise<void>;
}

/** Answers an interaction. Throws ReplyGone, or what a later try may mend. */
export async function answerReply(with_: Answering, reply: unknown, answer: Answer): Promise<void> {
  const handle = readHandle(reply);
  const isOpen = with_.now() < new Date(handle.expires);
  if (answer.audience === 'asker' && !isOpen) throw new ReplyGone('the 15 minutes to answer it are over');

  const { card, share, file, askedBy } = answer;
  const pictures = await drawAll(with_.draw, card);
  const place = { platform: 'discord' as const, workspace: handle.server, channel: handle.channel };
  const [rendered] = await Promise.all([
    keepLines(with_.inbound, place, renderCard({ card, pictures, share, file, askedBy })),
    with_.acknowledged(handle.interaction),
  ]);
  const plain = () =>
    renderCard({
      card: file === null ? card : withoutFile(card, file),
      pictures: new Map(),
      share,
      file: null,
      askedBy,
    });
  if (answer.audience === 'channel') await show(with_.api, handle, rendered, plain, isOpen);
  else
    await translated(() => sendOrPlainer((message) => with_.api.editReply(handle, message), rendered, plain));
}

/** The card of a file that Discord did not take, perhaps for its size. */
function withoutFile(card: Card, { name }: AnswerFile): Card {
  const text = `Discord did not take the file ${name}. Ask for less at once, such as a shorter period.`;
  return { ...card, tone: 'warning', parts: [{ type: 'text', text }, ...card.parts] };
}

/** A handle read back. Throws ReplyGone for what is none, as an older version may have kept it. */
export function readHandle(reply: unknown): Handle {
  const parsed = handleShape.safeParse(reply);
  if (parsed.success) return parsed.data;
  throw new ReplyGone('what was kept of the interaction cannot be read');
}

/** Pictures of a card's charts, as far as they could be drawn. */
export async function drawAll(draw: DrawChart, card: Card): Promise<Map<Chart, Picture>> {
  const charts = card.parts.filter((part) => part.type === 'chart').slice(0, MOST_PICTURES);
  const drawn = await Promise.all(
    charts.map(async (chart) => [chart, await draw(chart).catch(() => null)] as const),
  );
  return new Map(drawn.filter((one): one is readonly [Chart, Picture] => one[1] !== null));
}

async function keepLines(
  inbound: Inbound,
  place: Parameters<Inbound['keep']>[0],
  rendered: Rendered,
): Promise<Rendered> {
  if (rendered.keep.length > 0) await inbound.keep(place, rendered.keep);
  return rendered;
}

/** Shows it to the channel, and lets the asker see that this was done, or why not. */
async function show(
  api: DiscordApi,
  handle: Handle,
  rendered: Rendered,
  plain: () => Rendered,
  isOpen: boolean,
): Promise<void> {
  const tell = async (text: string) => {
    if (!isOpen) return;
    const told = handle.acknowledged === 'reply' ? api.editReply(handle, note(text)) : api.tell(handle, text);
    await told.catch(() => {});
  };
  try {
    await sendOrPlainer((message) => api.post(handle.channel, message, handle.interaction), rendered, plain);
  } catch (error) {
    if (meaningOf(error).type === 'barred')
      await tell(
        'I cannot show it in this channel: ask who runs the server to let me see it, send messages, embed links and attach files.',
      );
    throw goneOr(error);
  }
  if (handle.acknowledged === 'reply') await tell('Shown in the channel.');
}

/** A refusal is most often about a picture or file: then the text is sent alone. */
async function sendOrPlainer(
  send: (message: Rendered) => Promise<void>,
  rendered: Rendered,
  plain: () => Rendered,
): Promise<void> {
  try {
    await insist(WITHIN_MS, () => send(rendered));
  } catch (error) {
    if (meaningOf(error).type !== 'refused' || rendered.files.length === 0) throw error;
    await insist(WITHIN_MS, () => send(plain()));
  }
}

async function translated(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw goneOr(error);
  }
}

function goneOr(error: unknown): unknown {
  const meaning = meaningOf(error);
  switch (meaning.type) {
    case 'gone':
    case 'barred':
      return new ReplyGone(meaning.reason, { cause: error });
    case 'refused':
      return new ReplyGone(`Discord does not take this answer: ${meaning.reason}`, { cause: error });
    default:
      return error;
  }
}

function note(text: string): Rendered {
  return {
    message: { content: text, embeds: [], components: [], allowed_mentions: { parse: [] }, attachments: [] },
    files: [],
    keep: [],
  };
}
