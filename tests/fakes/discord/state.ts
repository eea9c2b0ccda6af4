import type { GivenFile } from './limits.js';
import type { Json } from './json.js';

/** A message as the stand-in keeps it. */
export interface KeptMessage {
  readonly id: string;
  readonly channel: string;
  /** Whom alone it is shown to; null for all of the channel. */
  readonly onlyFor: string | null;
  readonly sentAt: number;
  readonly nonce: string | null;
  /** Body as it was sent last. */
  body: Json;
  files: readonly GivenFile[];
  edits: number;
  isDeleted: boolean;
  /** The message that it answers to. */
  answers: string | null;
  /** Who was mentioned by it. */
  mentioned: readonly string[];
}

export interface Channel {
  readonly id: string;
  readonly server: string;
  readonly name: string;
  /** What the bot may do there. */
  may: 'write' | 'see' | 'nothing';
  /** Whether the bot may read what was said before. */
  readsHistory: boolean;
  isDeleted: boolean;
}

export interface Server {
  readonly id: string;
  readonly name: string;
  readonly channels: readonly Channel[];
}

/** What somebody did, and what became of it. */
export interface KeptInteraction {
  readonly id: string;
  readonly token: string;
  readonly at: number;
  readonly user: string;
  readonly channel: string;
  /** As it was told to the bot. */
  readonly event: Json;
  /** The message that the button is on. */
  readonly on: KeptMessage | null;
  acknowledged: 'no' | 'thinking' | 'update' | 'answered' | 'modal';
  /** The form that was opened. */
  modal: Json | null;
  isEphemeral: boolean;
  /** When it was acknowledged. */
  acknowledgedAt: number | null;
  reply: KeptMessage | null;
  choices: readonly Json[] | null;
}

/** Milliseconds of 2015-01-01, from which ids count: https://docs.discord.com/developers/reference#snowflakes */
const EPOCH = 1_420_070_400_000;

/** Everything that there is in the stand-in. */
export function createState(now: () => number, bot: () => string = () => '1') {
  let made = 0n;
  const id = (): string => {
    made += 1n;
    return String((BigInt(Math.floor(now()) - EPOCH) << 22n) + made);
  };
  const state = {
    now,
    id,
    servers: [] as Server[],
    channels: new Map<string, Channel>(),
    messages: [] as KeptMessage[],
    interactions: new Map<string, KeptInteraction>(),
    commands: [] as readonly Json[],
    attachments: new Map<string, Buffer>(),
    /** By token. */
    interactionOf: (token: string) => [...state.interactions.values()].find((one) => one.token === token),
    addMessage: (
      of: Pick<KeptMessage, 'channel' | 'onlyFor' | 'body' | 'files'> &
        Partial<Pick<KeptMessage, 'nonce' | 'answers' | 'mentioned'>>,
    ) => {
      const message: KeptMessage = {
        id: id(),
        sentAt: now(),
        edits: 0,
        isDeleted: false,
        answers: null,
        mentioned: [],
        ...of,
        nonce: of.nonce ?? null,
      };
      state.messages.push(message);
      return message;
    },
    /** As the API gives it. */
    shown: (message: KeptMessage): Json => ({
      ...message.body,
      id: message.id,
      channel_id: message.channel,
      author: { id: bot(), bot: true },
      flags: message.onlyFor === null ? 0 : 64,
    }),
  };
  return state;
}
export type State = ReturnType<typeof createState>;
