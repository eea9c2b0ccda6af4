/** What the stand-in for Slack keeps. */

export interface User {
  readonly id: string;
  readonly name: string;
  readonly team: string;
  readonly email: string | null;
  readonly confirmed: boolean;
  readonly guest: boolean;
  readonly stranger: boolean;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly type: 'public' | 'private' | 'im';
  readonly members: Set<string>;
  archived: boolean;
}

export interface Block {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface Message {
  readonly ts: string;
  readonly channel: string;
  /** null: everybody in the channel sees it. */
  readonly visibleTo: string | null;
  readonly by: string;
  text: string;
  blocks: readonly Block[];
  /** Changes by chat.update. */
  edits: number;
  deleted: boolean;
  readonly thread: string | null;
  readonly metadata: unknown;
  readonly files: readonly string[];
}

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly bytes: Buffer;
  readonly owner: string;
  readonly channels: Set<string>;
  /** Milliseconds of the clock, from when on its type is known. */
  readonly readyAt: number;
}

export interface View {
  readonly id: string;
  readonly type: 'modal' | 'home';
  readonly user: string;
  readonly hash: string;
  readonly content: Readonly<Record<string, unknown>> & { readonly blocks: readonly Block[] };
}

export interface ResponseUrl {
  readonly user: string;
  readonly channel: string;
  readonly since: number;
  uses: number;
}

/** What happens to the next call of a method, or to `response_url`, `upload` and `download`. */
export type Fault =
  | { readonly type: 'rate'; readonly seconds: number }
  | { readonly type: 'server' }
  /** Nothing is done, and the connection is cut. */
  | { readonly type: 'cut' }
  /** It is done, and the connection is cut before the word of it. */
  | { readonly type: 'lost' }
  /** It is done, and there is no word of it. */
  | { readonly type: 'held' }
  | { readonly type: 'delay'; readonly ms: number }
  | { readonly type: 'error'; readonly error: string };

export interface CallRecord {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** `ok`, or why it was refused. */
  outcome: string;
}

export interface State {
  readonly team: string;
  readonly teamName: string;
  readonly app: string;
  readonly bot: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly scopes: Set<string>;
  readonly users: Map<string, User>;
  readonly channels: Map<string, Channel>;
  readonly messages: Message[];
  readonly files: Map<string, StoredFile>;
  readonly uploads: Map<
    string,
    { readonly id: string; readonly name: string; readonly length: number; bytes: Buffer | null }
  >;
  readonly homes: Map<string, View>;
  readonly modals: View[];
  readonly triggers: Map<string, { readonly at: number; used: boolean; readonly user: string }>;
  readonly responseUrls: Map<string, ResponseUrl>;
  readonly calls: CallRecord[];
  readonly faults: Map<string, Fault[]>;
  /** How long until the type of an uploaded file is known. */
  fileDelayMs: number;
  /** Whether messages of a response_url may hold pictures. */
  picturesByResponseUrl: boolean;
  readonly now: () => number;
  readonly next: (prefix: string) => string;
  readonly baseUrl: () => string;
}

/** Ids like Slack's: a letter and capitals and digits. */
export function numberer(): (prefix: string) => string {
  let count = 0;
  return (prefix) => {
    count += 1;
    return `${prefix}0${count.toString(36).toUpperCase().padStart(9, '0')}`;
  };
}
