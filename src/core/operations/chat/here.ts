import { z } from 'zod';
import { ExpectedError } from '../../expected-error.js';

/** Chat platforms whose workspaces can be bound. */
export const CHAT_PLATFORMS = ['slack', 'teams', 'discord'] as const;

/**
 * Where in a chat somebody asks, and as whom the platform knows them; all ids are the platform's. The terminal is one
 * channel that is in no workspace, and whoever sits there is linked to nobody.
 */
export interface ChatHere {
  readonly platform: (typeof CHAT_PLATFORMS)[number] | 'terminal';
  readonly workspace: string;
  readonly channel: string;
  readonly person: string;
  /** As people see it; data like any text from outside. */
  readonly personName: string;
  /** Files that came with the request. */
  readonly files?: readonly FileHere[];
  /** What the platform needs to speak there by itself later on, without secrets; absent where it cannot. */
  readonly destination?: Readonly<Record<string, unknown>>;
}

/** A file that somebody sent in a chat; its bytes are with the platform. */
export interface FileHere {
  readonly name: string;
  open(): AsyncIterable<Uint8Array>;
}

export const platformField = z.enum(CHAT_PLATFORMS).describe('Chat platform');

/** The place of a request. Throws ExpectedError `not-in-chat` where it is asked elsewhere. */
export function hereOf({ chat }: { readonly chat?: ChatHere }, operation: string): ChatHere {
  if (chat !== undefined) return chat;
  throw new ExpectedError(
    'not-in-chat',
    `${operation} is about the place in Slack, Teams or Discord where it is asked; ask it there: /dmarc ${operation}`,
  );
}
