import { z } from 'zod';
import type { Log } from '../../core/ingest/context.js';
import type { Audience, ChatRequest, Inbound } from '../platform.js';
import { type Activity, channelOf, idOf, isPersonal, tenantOf, withoutThread, wordsOf } from './activity.js';
import type { Connector, Outgoing } from './connector.js';
import { type Consents, FileForgotten } from './consent.js';
import type { Shown } from './deliver.js';
import { filesOf } from './files.js';
import type { InvokeAnswer } from './mount.js';
import { messageOf, noteCard, workingCard } from './notes.js';
import { personOf } from './person.js';
import { type Pressed, readPressed } from './press.js';
import { type Recent, recent } from './recent.js';
import { placeOf, type TeamsReply, writeReply } from './reply.js';
import { renderCard } from './render.js';
import type { TeamsSettings } from './settings.js';

export interface InboundParts {
  readonly settings: TeamsSettings;
  readonly inbound: Inbound;
  readonly connector: Connector;
  readonly consents: Consents;
  readonly shown: Recent<Shown>;
  readonly log: Log;
  readonly now: () => Date;
  /** Work that goes on after Teams was told; what it throws is logged. */
  readonly later: (what: string, work: () => Promise<void>) => void;
}

/** The same button pressed again so soon is one press. */
const DOUBLE_CLICK_MS = 3_000;
const MOST_PRESSES = 10_000;
/** Teams tells of one installation in two ways. */
const ONE_WELCOME_MS = 60_000;
const LONGEST_SHOWN = 200;

const action = z.object({ action: z.object({ data: z.unknown().optional() }) });

/** Takes activities whose sender was checked. */
export function teamsInbound(parts: InboundParts): (activity: Activity) => Promise<InvokeAnswer> {
  const presses = recent<number>(MOST_PRESSES);
  const welcomed = recent<number>(MOST_PRESSES);
  const isAgain = (seen: Recent<number>, key: string, withinMs: number): boolean => {
    const before = seen.get(key);
    const now = parts.now().getTime();
    if (before !== undefined && now - before < withinMs) return true;
    seen.set(key, now);
    return false;
  };

  const press = async (activity: Activity, pressed: Pressed): Promise<InvokeAnswer> => {
    const { from, conversation } = activity;
    const key = JSON.stringify([conversation.id, from.id, pressed]);
    if (isAgain(presses, key, DOUBLE_CLICK_MS)) return told('That is being worked on already.');
    const shown = parts.shown.get(pressed.card);
    const update =
      pressed.audience === 'asker' && shown?.conversation === conversation.id
        ? { id: shown.id, targeted: shown.targeted }
        : null;
    try {
      await parts.inbound.take(requestOf(parts, activity, pressed, update));
    } catch (error) {
      presses.take(key);
      throw error;
    }
    if (showsElsewhere(activity, pressed)) return told('Working on it: it is shown in the channel.');
    if (update === null) return told(whereTold(activity, pressed.audience));
    return card(
      workingCard(
        pressed.text.startsWith('~') ? 'The answer comes here.' : pressed.text.slice(0, LONGEST_SHOWN),
      ).content,
    );
  };

  return async (activity) => {
    if (tenantOf(activity) !== parts.settings.tenantId) {
      parts.log.warn(
        'Somebody of another Microsoft tenant spoke to the bot of Teams, and was not listened to',
      );
      return activity.type === 'invoke' ? told('This bot serves another organization.') : null;
    }
    if (activity.type === 'invoke') return await invoke(parts, activity, press);
    if (activity.type === 'message') return await message(parts, activity, press);
    if (isInstalled(activity) && !isAgain(welcomed, activity.conversation.id, ONE_WELCOME_MS))
      welcome(parts, activity);
    return null;
  };
}

type Press = (activity: Activity, pressed: Pressed) => Promise<InvokeAnswer>;

async function invoke(parts: InboundParts, activity: Activity, press: Press): Promise<InvokeAnswer> {
  if (activity.name === 'fileConsent/invoke') {
    parts.later('a file for a person', () => settle(parts, activity));
    return { statusCode: 200 };
  }
  if (activity.name !== 'adaptiveCard/action') return told('This bot does not know that.');
  const pressed = readPressed(action.safeParse(activity.value).data?.action.data);
  return pressed === null
    ? told('This button is of an older kind; ask again by a command.')
    : await press(activity, pressed);
}

/** Words, dropped files, or a button of an older client. */
async function message(parts: InboundParts, activity: Activity, press: Press): Promise<null> {
  const pressed = readPressed(activity.value);
  if (pressed !== null) {
    await press(activity, pressed);
    return null;
  }
  if (!isPersonal(activity) && !isMeant(activity)) return null;
  const files = filesOf(activity, parts.settings.fileHosts);
  const words = wordsOf(activity);
  const text = words === '' ? (files.length > 0 ? 'upload' : 'help') : words;
  const taken = await parts.inbound.take({
    ...requestOf(parts, activity, { text, audience: 'asker', showIn: null }, null),
    files,
  });
  if (taken === 'taken' && isPersonal(activity))
    parts.later('a sign of typing', () => send(parts, activity, { type: 'typing' }));
  return null;
}

/** In a channel: by its name, or in a message that nobody else sees. */
function isMeant({ entities, recipient }: Activity): boolean {
  const own = (entities ?? []).some(
    (one) => one.type === 'mention' && mentioned.safeParse(one).data?.mentioned.id === recipient.id,
  );
  return own || recipient.isTargeted === true;
}

const mentioned = z.object({ mentioned: z.object({ id: z.string() }) });

function requestOf(
  { settings, connector }: InboundParts,
  activity: Activity,
  asked: Omit<Pressed, 'card'>,
  update: TeamsReply['update'],
): ChatRequest {
  const { serviceUrl, conversation, recipient, from } = activity;
  const person = personOf(activity, settings.tenantId, connector);
  const showIn = showsElsewhere(activity, asked) ? asked.showIn : null;
  const reply: TeamsReply = {
    serviceUrl,
    conversation: showIn ?? conversation.id,
    channel: showIn === null ? channelOf(activity) : withoutThread(showIn),
    personal: isPersonal(activity) && showIn === null,
    tenant: settings.tenantId,
    bot: recipient.id,
    person: from.id,
    personName: person.name,
    update,
    targeted: recipient.isTargeted === true,
    pressed: activity.type === 'invoke',
    shownFrom: showIn === null ? null : conversation.id,
  };
  const { text, audience } = asked;
  return {
    id: idOf(activity),
    place: placeOf(reply),
    person,
    text,
    audience,
    files: [],
    reply: writeReply(reply),
  };
}

/** The answer of a channel stands in the personal chat, with a button that shows it where it was asked for. */
function showsElsewhere(
  activity: Activity,
  { audience, showIn }: Pick<Pressed, 'audience' | 'showIn'>,
): boolean {
  return audience === 'channel' && showIn !== null && isPersonal(activity);
}

function isInstalled({ type, action: done, membersAdded, recipient }: Activity): boolean {
  if (type === 'installationUpdate') return done === 'add';
  return type === 'conversationUpdate' && (membersAdded ?? []).some(({ id }) => id === recipient.id);
}

function welcome(parts: InboundParts, activity: Activity): void {
  const place = {
    platform: 'teams',
    workspace: parts.settings.tenantId,
    channel: channelOf(activity),
  } as const;
  parts.later('a welcome', async () => {
    const rendered = renderCard(await parts.inbound.welcome(place));
    if (rendered.keep.length > 0) await parts.inbound.keep(place, rendered.keep);
    await send(parts, activity, messageOf(rendered));
  });
}

async function settle(parts: InboundParts, activity: Activity): Promise<void> {
  try {
    const attachment = await parts.consents.settle(activity.value, activity.from.id);
    if (attachment !== null) await send(parts, activity, { type: 'message', attachments: [attachment] });
  } catch (error) {
    const text =
      error instanceof FileForgotten
        ? 'That file is no longer kept: ask for it again.'
        : 'The file could not be put into your OneDrive: ask for it again.';
    await send(parts, activity, messageOf(noteCard(text)));
    if (!(error instanceof FileForgotten)) throw error;
  }
}

async function send(
  { connector }: InboundParts,
  { serviceUrl, conversation }: Activity,
  what: Outgoing,
): Promise<void> {
  await connector.send({ serviceUrl, conversation: conversation.id }, what);
}

/** https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format; an empty one is sent again. */
function told(value: string): InvokeAnswer {
  return { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value };
}

function card(value: unknown): InvokeAnswer {
  return { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value };
}

function whereTold(activity: Activity, audience: Audience): string {
  if (isPersonal(activity) || audience === 'channel')
    return 'Working on it: the answer comes as a new message.';
  return 'Working on it: the answer comes to you alone.';
}
