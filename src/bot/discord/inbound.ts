import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../core/ingest/context.js';
import type { Command } from '../command.js';
import type { Asker, Audience, ChatFile, Inbound } from '../platform.js';
import { CALLBACK, type DiscordApi, EPHEMERAL } from './api.js';
import { type Given, givenOf, type GivenOption, PERIODS, wordsOf } from './asked.js';
import { recentClicks } from './clicks.js';
import { isField, labelOf, pressedText, withChoice } from './components.js';
import { insist, meaningOf } from './errors.js';
import { completedBy, MOST_CHOICES, OPTION, PERIOD_OPTION } from './fields.js';
import { chatFile } from './file.js';
import { type Interaction, INTERACTION } from './interaction.js';
import { type Handle, TOKEN_MS } from './reply.js';
import type { DiscordSettings } from './settings.js';
import { modalOf, submittedText } from './text-ask.js';

/** What interactions are taken with. */
export interface Taking {
  readonly api: DiscordApi;
  readonly inbound: Inbound;
  readonly commands: readonly Command[];
  readonly settings: DiscordSettings;
  readonly log: Log;
  readonly now: () => Date;
}

export interface Interactions {
  /** Takes an interaction; never throws. */
  take(interaction: Interaction): Promise<void>;
  /** Resolves when the interaction was acknowledged, if that is done from here. */
  acknowledged(interaction: string): Promise<void>;
  /** Resolves when nothing is being taken any more. */
  idle(): Promise<void>;
}

/** The first response has to come within 3 s: https://docs.discord.com/developers/interactions/receiving-and-responding#responding-to-an-interaction */
const ACKNOWLEDGE_MS = 2_500;
const LONGEST_CHOICE = 100;
const NOT_TAKEN = 'I could not take that just now. Please ask again in a moment.';
const NO_SERVER = 'I answer in servers alone, for a server says whose reports are meant. Please ask there.';
const OLD_BUTTON = 'That button is of an older version. Please ask again.';

export function createInteractions(with_: Taking): Interactions {
  const { api, log } = with_;
  const isFirstClick = recentClicks();
  const acknowledging = new Map<string, Promise<void>>();
  const atWork = new Set<Promise<void>>();

  const respond = async (interaction: Interaction, type: number, data?: unknown): Promise<void> => {
    try {
      await insist(ACKNOWLEDGE_MS, () => api.respond(interaction, type, data));
    } catch (error) {
      // A second process, or an event that came again, was first.
      if (meaningOf(error).type === 'done') return;
      log.warn('Discord did not take the first response to an interaction', {
        interaction: interaction.id,
        error,
      });
    }
  };
  const say = (interaction: Interaction, content: string) =>
    respond(interaction, CALLBACK.message, { content, flags: EPHEMERAL, allowed_mentions: { parse: [] } });

  /** Keeps the request, then acknowledges it: whatever happens after that, it will be answered. */
  const keep = async (interaction: Interaction, asker: Asker, asked: Asked): Promise<void> => {
    const { id, application_id: application, token } = interaction;
    const { workspace: server, channel } = asker.place;
    const handle: Handle = {
      application,
      interaction: id,
      token,
      expires: new Date(with_.now().getTime() + TOKEN_MS).toISOString(),
      server,
      channel,
      acknowledged: asked.acknowledge,
    };
    let done = () => {};
    acknowledging.set(id, new Promise((resolve) => (done = resolve)));
    try {
      await with_.inbound.take({
        id,
        ...asker,
        text: asked.text,
        audience: asked.audience,
        files: asked.files,
        reply: handle,
      });
      if (asked.acknowledge === 'update') await respond(interaction, CALLBACK.deferUpdate);
      else await respond(interaction, CALLBACK.deferReply, { flags: EPHEMERAL });
    } catch (error) {
      log.error('an interaction of Discord could not be kept', { interaction: id, error });
      await say(interaction, NOT_TAKEN);
    } finally {
      done();
      acknowledging.delete(id);
    }
  };

  const component = async (interaction: Interaction, asker: Asker): Promise<void> => {
    const { data, message } = interaction;
    const id = data?.custom_id ?? '';
    const rows = message?.components ?? [];
    if (isField(id)) {
      // What is chosen stays in the message, so that any process knows it when it is sent.
      await respond(interaction, CALLBACK.update, { components: withChoice(rows, id, data?.values ?? []) });
      return;
    }
    const form = modalOf(id, labelOf(rows, id));
    const press = form === null ? pressedText(id, rows) : null;
    if (press === null && form === null) {
      await say(interaction, OLD_BUTTON);
      return;
    }
    if (!isFirstClick(interaction)) {
      await respond(interaction, CALLBACK.deferUpdate);
      return;
    }
    if (form !== null) await respond(interaction, CALLBACK.modal, form);
    else if (press !== null) await keepPress(interaction, asker, press);
  };

  const keepPress = (interaction: Interaction, asker: Asker, press: Pick<Asked, 'text' | 'audience'>) => {
    // A card that one person sees turns into the next; one that all see stays.
    const isOwn = ((interaction.message?.flags ?? 0) & EPHEMERAL) !== 0;
    const acknowledge = isOwn || press.audience === 'channel' ? 'update' : 'reply';
    return keep(interaction, asker, { ...press, files: [], acknowledge });
  };

  /** A form that was filled in: it is acknowledged as the button below which it was opened. */
  const modal = async (interaction: Interaction, asker: Asker): Promise<void> => {
    const { custom_id: id = '', components = [] } = interaction.data ?? {};
    const press = submittedText(id, components);
    await (press === null ? say(interaction, OLD_BUTTON) : keepPress(interaction, asker, press));
  };

  const route = async (interaction: Interaction): Promise<void> => {
    const asker = askerOf(interaction);
    const given = givenOf(interaction.data?.options ?? []);
    if (interaction.type === INTERACTION.autocomplete) {
      const choices = asker === null || given === null ? [] : await suggestions(with_, asker, given);
      await respond(interaction, CALLBACK.choices, { choices });
    } else if (asker === null) await say(interaction, NO_SERVER);
    else if (interaction.type === INTERACTION.component) await component(interaction, asker);
    else if (interaction.type === INTERACTION.modal) await modal(interaction, asker);
    else if (interaction.type === INTERACTION.command && given !== null)
      await keep(interaction, asker, {
        text: wordsOf(given, with_.commands),
        audience: 'asker',
        files: filesOf(interaction, given, with_.settings),
        acknowledge: 'reply',
      });
  };

  return {
    take: async (interaction) => {
      const work = route(interaction).catch((error: unknown) =>
        log.error('an interaction of Discord could not be taken', { interaction: interaction.id, error }),
      );
      atWork.add(work);
      await work;
      atWork.delete(work);
    },
    acknowledged: async (id) => acknowledging.get(id),
    idle: async () => void (await Promise.all(atWork)),
  };
}

interface Asked {
  readonly text: string;
  readonly audience: Audience;
  readonly files: readonly ChatFile[];
  readonly acknowledge: Handle['acknowledged'];
}

/** Who asks, and where; null outside of servers. Discord vouches for nobody's address. */
function askerOf({ guild_id: server, channel_id: channel, member, user }: Interaction): Asker | null {
  const who = member?.user ?? user;
  if (!server || !channel || !who) return null;
  return {
    place: { platform: 'discord', workspace: server, channel },
    person: {
      id: who.id,
      name: member?.nick ?? who.global_name ?? who.username,
      email: () => Promise.resolve(null),
    },
  };
}

function filesOf(interaction: Interaction, given: Given, settings: DiscordSettings): ChatFile[] {
  const attachments = interaction.data?.resolved?.attachments ?? {};
  return given.options
    .filter((option) => option.type === OPTION.attachment)
    .flatMap((option) => {
      const attachment = attachments[String(option.value)];
      return attachment === undefined ? [] : [chatFile(attachment, settings)];
    });
}

type Choice = { readonly name: string; readonly value: string };

/** Values for what is being typed; none where they do not come in time. */
async function suggestions({ inbound, log }: Taking, asker: Asker, given: Given): Promise<Choice[]> {
  const option = given.options.find((one) => one.focused === true);
  if (option === undefined) return [];
  const waiting = new AbortController();
  const late = sleep(ACKNOWLEDGE_MS / 2, [], { signal: waiting.signal }).catch(() => []);
  try {
    const values = await Promise.race([valuesFor(inbound, asker, option), late]);
    return values
      .filter((value) => value !== '' && value.length <= LONGEST_CHOICE)
      .slice(0, MOST_CHOICES)
      .map((value) => ({ name: value, value }));
  } catch (error) {
    log.warn('values for what is typed in Discord could not be found', { option: option.name, error });
    return [];
  } finally {
    waiting.abort();
  }
}

async function valuesFor(inbound: Inbound, asker: Asker, option: GivenOption): Promise<readonly string[]> {
  const typed = String(option.value ?? '');
  if (option.name === PERIOD_OPTION) {
    const fitting = PERIODS.filter((period) => period.includes(typed.toLowerCase()));
    return typed === '' || fitting.length > 0 ? fitting : [typed];
  }
  const field = completedBy(option.name === 'text' ? 'command' : option.name);
  return field === null ? [] : inbound.complete(asker, field, typed);
}
