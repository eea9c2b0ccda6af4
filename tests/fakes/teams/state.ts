import type { Json } from './json.js';

/** What the stand-in of Teams remembers. */
export interface FakePerson {
  /** The Bot Connector's id, `29:…`. */
  readonly id: string;
  readonly aadObjectId: string;
  readonly name: string;
  readonly userPrincipalName: string;
  readonly tenantId: string;
  readonly userRole: string;
  /** Whether the bot may open a personal chat with them. */
  hasApp: boolean;
}

export interface FakeConversation {
  readonly id: string;
  readonly kind: 'personal' | 'channel' | 'groupChat';
  readonly members: FakePerson[];
  /** The code that every call on it is refused with, such as BotDisabledByAdmin. */
  refused: string | null;
}

export interface FakeMessage {
  readonly id: string;
  readonly conversation: string;
  /** The message whose thread it is in; null for one that stands by itself. */
  readonly thread: string | null;
  activity: Json;
  /** The only person who sees it; null for all. */
  readonly targeted: string | null;
  edits: number;
  deleted: boolean;
}

/** What goes wrong with calls of the bot. */
export interface Fault {
  readonly method?: 'POST' | 'PUT' | 'GET' | 'DELETE';
  readonly status?: number;
  readonly code?: string;
  /** Seconds for Retry-After. */
  readonly retryAfter?: number;
  readonly delayMs?: number;
  /** It is done, and the connection cut before the answer. */
  readonly lost?: boolean;
  /** It is done, and there is no word of it. */
  readonly held?: boolean;
}
