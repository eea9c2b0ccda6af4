import { REST } from '@discordjs/rest';
import { Routes } from 'discord-api-types/v10';
import type { ApplicationCommand } from './commands.js';
import type { Message } from './message.js';
import type { Rendered } from './render.js';
import type { DiscordSettings } from './settings.js';

/** Who the token is. */
export interface Application {
  readonly id: string;
  readonly name: string;
}

/** Where a reply of an interaction goes. */
export interface InteractionPlace {
  readonly application: string;
  readonly token: string;
}

/** The first answer to an interaction; types of https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type */
export const CALLBACK = {
  message: 4,
  deferReply: 5,
  deferUpdate: 6,
  update: 7,
  choices: 8,
  modal: 9,
} as const;
/** Shown to the asker alone. */
export const EPHEMERAL = 64;

/** The calls of Discord that we make. Each throws what `meaningOf` understands. */
export interface DiscordApi {
  /** For the gateway's own calls. */
  readonly rest: REST;
  whoAmI(): Promise<Application>;
  commands(application: string): Promise<readonly unknown[]>;
  setCommands(application: string, commands: readonly ApplicationCommand[]): Promise<void>;
  respond(
    interaction: { readonly id: string; readonly token: string },
    type: number,
    data?: unknown,
  ): Promise<void>;
  editReply(place: InteractionPlace, rendered: Rendered): Promise<void>;
  /** A further message to the asker alone. */
  tell(place: InteractionPlace, text: string): Promise<void>;
  /** A message in a channel; sent again with the same nonce within minutes, it is the same message. */
  post(channel: string, rendered: Rendered, nonce: string): Promise<void>;
  close(): void;
}

/** Of one attempt; picture and file of an answer are few MB. */
const TIMEOUT_MS = 15_000;
/** A longer wait is reported, for a later try. */
const LONGEST_WAIT_MS = 20_000;
/** Between the end of a limit and the next call: a fixed part, and one that spreads processes. */
const AFTER_LIMIT_MS = 50;
const SPREAD_MS = 250;

/** Opens no connection yet. Limits of rates that Discord names are waited for within. */
export function createApi({ token, api }: DiscordSettings): DiscordApi {
  const rest = new REST({
    version: '10',
    api,
    // Tried again by `insist`, with pauses.
    retries: 0,
    timeout: TIMEOUT_MS,
    offset: () => AFTER_LIMIT_MS + Math.random() * SPREAD_MS,
    rejectOnRateLimit: ({ retryAfter, timeToReset }) => Math.max(retryAfter, timeToReset) > LONGEST_WAIT_MS,
  }).setToken(token);
  const known = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await work();
    } catch (error) {
      // The client forgets a token that was refused once; in an outage that would be for good.
      if ((error as { status?: unknown }).status === 401) rest.setToken(token);
      throw error;
    }
  };
  return {
    rest,
    whoAmI: async () => {
      const { id, name } = (await known(() => rest.get(Routes.currentApplication()))) as Application;
      return { id, name };
    },
    commands: async (application) =>
      (await known(() => rest.get(Routes.applicationCommands(application)))) as readonly unknown[],
    setCommands: async (application, commands) => {
      await known(() => rest.put(Routes.applicationCommands(application), { body: commands }));
    },
    respond: async ({ id, token: own }, type, data) => {
      const body = data === undefined ? { type } : { type, data };
      await rest.post(Routes.interactionCallback(id, own), { auth: false, body });
    },
    editReply: async ({ application, token: own }, { message, files }) => {
      await rest.patch(Routes.webhookMessage(application, own), {
        auth: false,
        body: message,
        files: filesOf(files),
      });
    },
    tell: async ({ application, token: own }, text) => {
      const body = {
        content: text,
        flags: EPHEMERAL,
        allowed_mentions: { parse: [] } satisfies Message['allowed_mentions'],
      };
      await rest.post(Routes.webhook(application, own), { auth: false, body });
    },
    post: async (channel, { message, files }, nonce) => {
      const body = { ...message, nonce, enforce_nonce: true };
      await known(() => rest.post(Routes.channelMessages(channel), { body, files: filesOf(files) }));
    },
    close: () => {
      rest.clearHashSweeper();
      rest.clearHandlerSweeper();
    },
  };
}

function filesOf(files: Rendered['files']) {
  return files.map(({ name, type, bytes }) => ({ name, contentType: type, data: bytes }));
}
