import { randomUUID } from 'node:crypto';
import type { Log } from '../../core/ingest/context.js';
import type { Card, Chart } from '../card.js';
import type { Answer, DrawChart, Inbound, Picture } from '../platform.js';
import type { Connector, Outgoing, Where } from './connector.js';
import type { Consents } from './consent.js';
import { ConnectorError, meaningOf } from './errors.js';
import { plain } from './elements.js';
import type { Pictures } from './parts.js';
import { type Recent, recent } from './recent.js';
import { placeOf, type TeamsReply } from './reply.js';
import { renderAnswer, type Rendered } from './render.js';
import { addHereCard, messageOf, noteCard } from './notes.js';

/** A card that was sent, by the key in its buttons. */
export interface Shown {
  readonly id: string;
  readonly conversation: string;
  readonly targeted: boolean;
}

export interface Delivery {
  readonly connector: Connector;
  readonly inbound: Inbound;
  readonly draw: DrawChart;
  readonly consents: Consents;
  /** Cards that only their asker sees, so that a pressed button can change them in place. */
  readonly shown: Recent<Shown>;
  /** Personal chats of people, as they were found or made. */
  readonly chats: Recent<string>;
  readonly targeted: boolean;
  readonly log: Log;
}

/** People whose personal chat is remembered, and cards. */
const MOST_REMEMBERED = 10_000;
const LONGEST_NAME = 100;

export function shownCards(): Recent<Shown> {
  return recent(MOST_REMEMBERED);
}

export function personalChats(): Recent<string> {
  return recent(MOST_REMEMBERED);
}

/**
 * Brings an answer to where it belongs. To the asker alone: in the personal chat, or, from a channel, as a message that
 * only they see where that is switched on, else in their personal chat; where they have none with the bot, the channel is
 * told so without a word of the answer. To the channel: into the thread. Where Teams refuses it with its pictures, it
 * comes without them. Throws ConnectorError.
 */
export async function deliver(of: Delivery, reply: TeamsReply, answer: Answer): Promise<void> {
  const { shownFrom } = reply;
  if (shownFrom !== null && !(await isThere(of, reply))) {
    const text = 'You are not in that channel any more, or I am not: it was not shown there.';
    await of.connector.send({ ...reply, conversation: shownFrom }, messageOf(noteCard(text)));
    return;
  }
  const pictures = await drawn(of.draw, answer.card);
  try {
    await bring(of, reply, answer, pictures);
  } catch (error) {
    if (pictures.size === 0 || !isUnfit(error)) throw error;
    of.log.warn('Teams did not take an answer with its picture, and gets it as text', { error });
    await bring(of, reply, answer, new Map());
  }
  if (answer.file !== null) await offerFile(of, reply, answer.file);
}

async function bring(of: Delivery, reply: TeamsReply, answer: Answer, pictures: Pictures): Promise<void> {
  const key = randomUUID();
  const rendered = renderAnswer(answer, {
    pictures,
    key,
    shareable: !reply.personal && answer.audience === 'asker',
    showIn: reply.conversation,
    remark: remarkOf(reply, answer),
  });
  if (rendered.keep.length > 0) await of.inbound.keep(placeOf(reply), rendered.keep);

  const here: Where = reply;
  if (reply.personal) await inPlace(of, reply, here, key, messageOf(rendered), false);
  else if (answer.audience === 'channel') await of.connector.send(here, messageOf(rendered));
  else await privately(of, reply, { key, rendered, share: answer.share, hasPictures: pictures.size > 0 });
}

/** Whether who pressed is in the channel that the button names. */
async function isThere({ connector }: Delivery, reply: TeamsReply): Promise<boolean> {
  try {
    await connector.member({ ...reply, conversation: reply.channel }, reply.person);
    return true;
  } catch (error) {
    if (!isRefused(error)) throw error;
    return false;
  }
}

/** Pictures of a card's charts, as far as they could be drawn. */
export async function drawn(draw: DrawChart, card: Card): Promise<Pictures> {
  const charts = card.parts.filter((part): part is Chart => part.type === 'chart');
  const pictures = await Promise.all(
    charts.map(async (chart) => [chart, await draw(chart).catch(() => null)] as const),
  );
  return new Map(pictures.filter((one): one is readonly [Chart, Picture] => one[1] !== null));
}

function remarkOf({ personal, personName }: TeamsReply, { file }: Answer): string | null {
  if (file === null || personal) return null;
  return `The file ${plain(file.name, LONGEST_NAME)} is offered to ${plain(personName, LONGEST_NAME)} in the personal chat: Teams lets bots send files nowhere else.`;
}

/** Changes the card whose button was pressed, where it is known and still there; else sends. */
async function inPlace(
  { connector, shown }: Delivery,
  { update }: TeamsReply,
  where: Where,
  key: string,
  message: Outgoing,
  targeted: boolean,
): Promise<void> {
  const remember = (id: string): void => shown.set(key, { id, conversation: where.conversation, targeted });
  if (update !== null && update.targeted === targeted) {
    try {
      await connector.update(where, update.id, message, { targeted });
      return remember(update.id);
    } catch (error) {
      if (!(error instanceof ConnectorError) || meaningOf(error) !== 'missing') throw error;
    }
  }
  remember(await connector.send(where, message, { targeted }));
}

interface Private {
  readonly key: string;
  readonly rendered: Rendered;
  readonly share: Answer['share'];
  /** Then it comes again without them where they may be what is refused. */
  readonly hasPictures: boolean;
}

async function privately(
  of: Delivery,
  reply: TeamsReply,
  { key, rendered, share, hasPictures }: Private,
): Promise<void> {
  const message = messageOf(rendered);
  if (of.targeted || reply.targeted) {
    const recipient = { id: reply.person, name: reply.personName, isTargeted: true };
    try {
      return await inPlace(of, reply, reply, key, { ...message, recipient }, true);
    } catch (error) {
      // The page on targeted messages asks for the personal chat then.
      if (!isRefused(error) || (hasPictures && isUnfit(error))) throw error;
      of.log.warn('Teams took no message for one person in a channel; it goes to their personal chat', {
        error,
      });
    }
  }
  try {
    const conversation = await chatOf(of, reply);
    await inPlace(of, { ...reply, update: null }, { ...reply, conversation }, key, message, false);
  } catch (error) {
    if (!isRefused(error) || (hasPictures && isUnfit(error))) throw error;
    of.chats.take(reply.person);
    await of.connector.send(reply, messageOf(addHereCard(reply.personName, share)));
    return;
  }
  if (!reply.pressed) await tell(of, reply);
}

/** Says in the thread where the answer is. The answer is there already, so trouble with this is no trouble. */
async function tell({ connector, log }: Delivery, reply: TeamsReply): Promise<void> {
  try {
    await connector.send(
      reply,
      messageOf(noteCard(`${reply.personName}: the answer is in our personal chat.`)),
    );
  } catch (error) {
    log.warn('A channel of Teams could not be told where an answer is', { error });
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof ConnectorError && meaningOf(error) !== 'again';
}

/** What was sent is refused, not the place that it was sent to. */
function isUnfit(error: unknown): boolean {
  return error instanceof ConnectorError && meaningOf(error) === 'refused';
}

async function chatOf({ connector, chats }: Delivery, reply: TeamsReply): Promise<string> {
  if (reply.personal) return reply.conversation;
  const known = chats.get(reply.person);
  if (known !== undefined) return known;
  const made = await connector.personalChat(reply.serviceUrl, reply.tenant, reply.bot, reply.person);
  chats.set(reply.person, made);
  return made;
}

/** The answer is there already: where the file cannot be offered, that is said beside it. */
async function offerFile(of: Delivery, reply: TeamsReply, file: NonNullable<Answer['file']>): Promise<void> {
  const message = { type: 'message', attachments: [of.consents.ask(file, reply.person)] };
  try {
    await of.connector.send({ ...reply, conversation: await chatOf(of, reply) }, message);
  } catch (error) {
    if (!isRefused(error)) throw error;
    of.log.warn('A file could not be offered in Teams', { error });
    const text = 'The file could not be offered to you: add this app for yourself, then ask again.';
    await of.connector.send(reply, messageOf(noteCard(text)));
  }
}
