import type { RequestListener } from 'node:http';
import type { Log } from '../core/ingest/context.js';
import type { Card, Chart } from './card.js';
import type { Command } from './command.js';
import type { Press } from './press.js';

/** The chat platforms that take commands beside the terminal. */
export const PLATFORM_NAMES = ['slack', 'teams', 'discord'] as const;
export type PlatformName = (typeof PLATFORM_NAMES)[number];

/** Where in a platform something was said. */
export interface ChatPlace {
  readonly platform: PlatformName;
  /** What is bound to a tenant: a Slack workspace, a Microsoft tenant, a Discord server; by the platform's id. */
  readonly workspace: string;
  /** Channel, conversation or direct message, by the platform's id. */
  readonly channel: string;
}

/** Who said it, as the platform vouches for it. */
export interface ChatPerson {
  /** The platform's id, unique within the workspace. */
  readonly id: string;
  /** As people see it; data like any text from outside. */
  readonly name: string;
  /**
   * The address that the platform has confirmed for a full member of this very workspace; null for guests, strangers of
   * shared channels, and where the platform vouches for none. Asked only of those who are not linked yet.
   */
  email(): Promise<string | null>;
}

/** A file that somebody dropped on the bot; its bytes are fetched from the platform when they are asked for. */
export interface ChatFile {
  readonly name: string;
  /** Bytes, as the platform says. */
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

/** Who shall see an answer. */
export type Audience = 'asker' | 'channel';

/** A command, a pressed button or a dropped file, in the same shape from every platform. */
export interface ChatRequest {
  /** The platform's id of the event, interaction or invoke; the same again is the same request. */
  readonly id: string;
  readonly place: ChatPlace;
  readonly person: ChatPerson;
  /** The words after `/dmarc`, or the `text` that readPress gives for a button. */
  readonly text: string;
  readonly audience: Audience;
  /** Empty but for dropped files and the command that takes some. */
  readonly files: readonly ChatFile[];
  /** Where the answer goes, as plain data that the platform understands again after a restart. May hold a token. */
  readonly reply: ReplyHandle;
}

export type ReplyHandle = Readonly<Record<string, unknown>>;

/** A file that goes with an answer. */
export interface AnswerFile {
  readonly name: string;
  /** Media type such as text/csv. */
  readonly type: string;
  readonly bytes: Buffer;
}

export interface Answer {
  readonly card: Card;
  readonly audience: Audience;
  readonly file: AnswerFile | null;
  /** The button's meaning that shows this answer in the channel; null where it shall not be shown there. */
  readonly share: Press | null;
  /** Name of who asked, said beside an answer that the whole channel sees; null for the asker's own. */
  readonly askedBy: string | null;
}

/** What a platform calls when somebody speaks to it. */
export interface Inbound {
  /**
   * Takes a request: resolves as soon as it is kept, so that the platform can be told at once; the answer follows through
   * ChatPlatform.answer, after a restart too. `again` for a request that was taken before, which is then told and no more.
   * Throws when it could not be kept: then the platform shall be told that it failed.
   */
  take(request: ChatRequest): Promise<'taken' | 'again'>;
  /**
   * Keeps command lines that are too long for a button, before the card with the button is sent; see writePress. The
   * same line again is no trouble.
   */
  keep(place: ChatPlace, commands: readonly string[]): Promise<void>;
  /** Values for a field that is being typed, such as domains; empty for whoever may not see them. At most 25. */
  complete(asker: Asker, field: CompletedField, typed: string): Promise<readonly string[]>;
  /** The card of a start page: the workspace's domains at a glance, or how to begin. */
  home(asker: Asker): Promise<Card>;
  /** The three steps to the first answer, for a place where the bot was just installed. */
  welcome(place: ChatPlace): Promise<Card>;
}

export interface Asker {
  readonly place: ChatPlace;
  readonly person: ChatPerson;
}

export type CompletedField = 'domain' | 'report' | 'command';

/** A place where the bot speaks by itself, as plain data that the platform understands again later. Holds no secret. */
export type Destination = Readonly<Record<string, unknown>>;

/** A posted message, by the platform's ids. */
export type MessageRef = Readonly<Record<string, unknown>>;

/** What the bot says by itself: an alert, a digest, a notice. */
export interface Post {
  readonly card: Card;
  /** The workspace and channel, for what Inbound.keep needs. */
  readonly place: ChatPlace;
  /** Names this message for good: a platform that can tells by it that the message was posted before. */
  readonly key: string;
  /** People to be mentioned, by the platform's ids; nobody where it is empty. */
  readonly mentions: readonly string[];
}

/**
 * Speaking without being asked, and changing what was said. Waits for nothing: budgets are kept by who calls. Each throws
 * Gone, TryLater, Refused, or any other error where a later try may do and nobody knows whether it came through.
 */
export interface Speaker {
  /**
   * Posts a message. `perhapsThere` says that an earlier try may have come through: a platform that can finds that
   * message by its key and gives its reference instead. In a simpler form where the full one is not taken.
   */
  post(to: Destination, post: Post, perhapsThere: boolean): Promise<MessageRef>;
  /** Shows another card in the place of a posted one. */
  update(to: Destination, ref: MessageRef, post: Post): Promise<void>;
  /** Says something below a posted message: in its thread, or as an answer to it. */
  reply(to: Destination, ref: MessageRef, post: Post, perhapsThere: boolean): Promise<void>;
}

export interface ChatSpeaker extends Speaker {
  /** Where the bot can speak by itself later on, from the place of a request's answer. Throws ReplyGone. */
  destinationOf(reply: ReplyHandle): Destination;
}

/** The message, or the whole channel, is not there any more, or the bot may not speak there. */
export class Gone extends Error {
  override readonly name = 'Gone';
  readonly heals: boolean;

  constructor(
    readonly what: 'message' | 'channel',
    /** One sentence for people. */
    readonly reason: string,
    options?: GoneOptions,
  ) {
    super(reason, options);
    this.heals = options?.heals ?? false;
  }
}

export interface GoneOptions extends ErrorOptions {
  /** Whether it is a matter of credentials, so that it may be there again without a word to the bot. */
  readonly heals?: boolean;
}

/** The platform says when to come again; nothing was done. */
export class TryLater extends Error {
  override readonly name = 'TryLater';

  constructor(
    readonly afterMs: number,
    /** Whether all of the workspace has to wait, or this channel alone. */
    readonly scope: 'channel' | 'workspace',
    options?: ErrorOptions,
  ) {
    super(`to be tried again in ${Math.round(afterMs)} ms`, options);
  }
}

/** The platform does not take this message in any form; trying again is no use before it changes. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** One platform as it runs. */
export interface ChatPlatform {
  readonly name: PlatformName;
  /** Speaks there without being asked; absent where it cannot. */
  readonly speaker?: ChatSpeaker;
  /**
   * Answers a request. Waits as the platform says it should (429 with its time, 5xx with jitter), within a minute.
   * Throws ReplyGone where that place can no longer be answered, ComeBack where the platform named a longer time, and any
   * other error where a later try may do.
   */
  answer(reply: ReplyHandle, answer: Answer): Promise<void>;
  /** Takes nothing more; what is under way may end within so many milliseconds. */
  stop(withinMs: number): Promise<void>;
}

/** The platform will not take this answer, now or later: the token ended, the channel is gone, the bot was removed. */
export class ReplyGone extends Error {
  override readonly name = 'ReplyGone';
}

/** The platform named a time before which no try is any use; longer than it is worth to wait for within `answer`. */
export class ComeBack extends Error {
  override readonly name = 'ComeBack';

  constructor(
    readonly afterMs: number,
    options?: ErrorOptions,
  ) {
    super(`to be tried again in ${Math.round(afterMs)} ms`, options);
  }
}

/** PNG of a chart of a card; null where it could not be drawn in time, for then the text is sent alone. */
export type DrawChart = (chart: Chart) => Promise<Picture | null>;

export interface Picture {
  readonly png: Buffer;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** SHA-256 of what it shows, in hexadecimal: the same chart has the same. */
  readonly key: string;
}

/** What every platform is started with, beside its own settings. */
export interface PlatformOptions {
  readonly inbound: Inbound;
  readonly draw: DrawChart;
  readonly commands: readonly Command[];
  readonly log: Log;
  readonly now: () => Date;
}

/** Requests below a path that a platform answers itself, from the bytes on: signatures are over bytes. */
export interface ChatMount {
  readonly path: string;
  readonly handle: RequestListener;
}

/** A platform that was started. Wrong credentials do not throw: the line says so, and what to do. */
export interface StartedPlatform extends ChatPlatform {
  /** For start-up's lines, such as `on: workspace Example (Socket Mode)`. */
  readonly line: string;
  /** Empty where the platform is spoken to over connections of our own. */
  readonly mounts: readonly ChatMount[];
}
