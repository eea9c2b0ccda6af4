import { z } from 'zod';
import { ExpectedError } from '../../core/expected-error.js';
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
import { isAllowedService } from './allowed.js';
import type { Connector, Outgoing, Where } from './connector.js';
import { drawn } from './deliver.js';
import { ConnectorError } from './errors.js';
import { type Recent, recent } from './recent.js';
import type { Mentioned } from './mentions.js';
import { messageOf } from './notes.js';
import { renderCard } from './render.js';
import { readReply } from './reply.js';
import type { TeamsSettings } from './settings.js';
import { isUnfit, troubleOf } from './speak-errors.js';

/** What messages that nobody asked for are sent with. */
export interface Speaking {
  /** Calls each once. */
  readonly connector: Connector;
  readonly inbound: Pick<Inbound, 'keep'>;
  readonly draw: DrawChart;
  readonly settings: Pick<TeamsSettings, 'serviceUrls' | 'tenantId'>;
  readonly log: Log;
}

const destination = z.object({
  /** Of the Bot Connector, as a verified request named it. */
  serviceUrl: z.string(),
  /** A channel without a thread, or a chat. */
  conversation: z.string(),
  /** Whether messages there have threads, as in channels of teams. */
  threads: z.boolean(),
  tenant: z.string(),
  bot: z.string(),
});
type Place = z.output<typeof destination>;
const reference = z.object({ conversation: z.string(), id: z.string() });

/** https://learn.microsoft.com/microsoftteams/platform/resources/bot-v3/bots-conversations: ids of channels. */
const CHANNEL = /@thread\.(?:tacv2|skype)$/u;
const MOST_NAMES = 10_000;
const MOST_MENTIONS = 20;
const USUAL_NAME = 'you';

/**
 * Speaks in channels and chats. Teams has nothing by which a message could be found again: one whose posting was not
 * confirmed is posted anew, once at most.
 */
export function teamsSpeaker(with_: Speaking): ChatSpeaker {
  const { connector } = with_;
  const names = recent<string>(MOST_NAMES);
  return {
    destinationOf: (handle) => {
      const { serviceUrl, conversation, channel, personal, tenant, bot } = readReply(handle);
      const threads = !personal && (conversation !== channel || CHANNEL.test(channel));
      return { serviceUrl, conversation: channel, threads, tenant, bot } satisfies Place;
    },
    post: (to, post) =>
      spoken('channel', async () => {
        const place = placeIn(with_, to);
        const id = await inForms(with_, names, place, post, (message) => connector.send(place, message));
        return { conversation: place.conversation, id } satisfies MessageRef;
      }),
    update: (to, ref, post) =>
      spoken('message', async () => {
        const place = placeIn(with_, to);
        const { conversation, id } = refOf(ref);
        await inForms(with_, names, place, post, (message) =>
          connector.update({ ...place, conversation }, id, message),
        );
      }),
    reply: (to, ref, post) =>
      spoken('message', async () => {
        const place = placeIn(with_, to);
        const { conversation, id } = refOf(ref);
        const thread = place.threads ? `${conversation};messageid=${id}` : conversation;
        await inForms(with_, names, place, post, (message) =>
          connector.send({ ...place, conversation: thread }, message),
        );
      }),
  };
}

/** With pictures, without, and with nothing but the verdict and the buttons: the first that Teams takes. */
async function inForms<Sent>(
  with_: Speaking,
  names: Recent<string>,
  where: Where,
  { card, key, place, mentions }: Post,
  call: (message: Outgoing) => Promise<Sent>,
): Promise<Sent> {
  const { inbound, draw, log } = with_;
  const [pictures, people] = await Promise.all([
    drawn(draw, card),
    Promise.all(mentions.slice(0, MOST_MENTIONS).map((id) => nameOf(with_, names, where, id))),
  ]);
  const mentioned = people.filter((one) => one !== null);
  const forms = [
    ...(pictures.size > 0 ? [{ card, pictures }] : []),
    { card, pictures: new Map() },
    { card: { ...card, parts: [], form: null }, pictures: new Map() },
  ];
  for (const [at, form] of forms.entries()) {
    const rendered = renderCard(form.card, { pictures: form.pictures, key, mentions: mentioned });
    if (rendered.keep.length > 0) await inbound.keep(place, rendered.keep);
    try {
      return await call(messageOf(rendered));
    } catch (error) {
      if (!isUnfit(error) || at === forms.length - 1) throw error;
      log.warn('Teams did not take a message, and gets a simpler one', { error });
    }
  }
  throw new Error('a card has no form to be sent in');
}

/** A mention needs a name; null for who is not there, whom nobody could mention. */
async function nameOf(
  { connector, log }: Speaking,
  names: Recent<string>,
  where: Where,
  id: string,
): Promise<Mentioned | null> {
  const known = names.get(id);
  if (known !== undefined) return { id, name: known };
  try {
    const { name } = await connector.member(where, id);
    names.set(id, name ?? USUAL_NAME);
    return { id, name: name ?? USUAL_NAME };
  } catch (error) {
    if (error instanceof ConnectorError && error.status === 404) return null;
    log.warn('Teams did not say the name of somebody, who is mentioned without it', { error });
    return { id, name: USUAL_NAME };
  }
}

async function spoken<Said>(about: 'message' | 'channel', work: () => Promise<Said>): Promise<Said> {
  try {
    return await work();
  } catch (error) {
    throw troubleOf(error, about);
  }
}

function placeIn({ settings }: Speaking, to: Destination): Place {
  const place = destination.safeParse(to).data;
  if (place === undefined)
    throw new Gone('channel', 'The channel was kept by another version: add it again.');
  if (place.tenant !== settings.tenantId)
    throw new ExpectedError(
      'teams-organization',
      'MICROSOFT_APP_TENANT_ID is of another organization than the channel: set the right one, or remove the channel.',
    );
  if (!isAllowedService(place.serviceUrl, settings.serviceUrls))
    throw new ExpectedError(
      'teams-service-url',
      'TEAMS_SERVICE_URLS no longer allows where the channel is: allow it, or add the channel again.',
    );
  return place;
}

function refOf(ref: MessageRef): z.output<typeof reference> {
  const read = reference.safeParse(ref).data;
  if (read !== undefined) return read;
  throw new Gone('message', 'The message was kept by another version.');
}
