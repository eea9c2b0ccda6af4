import type { ByteSource, Spool } from '../report/bytes.js';
import type { Limits } from '../report/limits.js';

/**
 * The port of everything that brings reports by itself: a mailbox, a folder, … A source finds bytes and lets go of
 * them once they are committed; the host keeps them, knows what became of them, and shows how the source fares.
 * A source that is killed between the two meets the same bytes again: they are known by their SHA-256, so handing
 * them over twice does no harm, and letting go too early does.
 */
export interface ReportSource {
  /** As configured; unique within its tenant. */
  readonly name: string;
  /** Such as `imap` or `folder`. */
  readonly kind: string;
  /** Where it looks, for people; without secrets. */
  readonly place: string;
  /**
   * Works until the signal aborts, and resolves when everything it opened is closed. What it throws is shown as its
   * trouble, and it is run again later; what it can mend itself it tells by `say` and goes on.
   */
  run(host: SourceHost, signal: AbortSignal): Promise<void>;
  /** Looks once and comes back. Throws what kept it from looking. */
  once(host: SourceHost, signal: AbortSignal): Promise<void>;
}

/** What a source can ask of those who run it. */
export interface SourceHost {
  /** Stores the bytes; they are committed when it returns. One entry for each, in the same order. */
  take(incoming: readonly Found[]): Promise<readonly Taken[]>;
  /** What became of them, one entry for each; comes back early when all are read. */
  settled(taken: readonly Taken[], withinMs: number): Promise<readonly Outcome[]>;
  /** Counts what was put aside as failed, and keeps the reasons of the latest for people. */
  setAside(failures: readonly SetAside[]): Promise<void>;
  /** Tells how it fares; what is absent stays as it was. */
  say(state: SourceState): Promise<void>;
  /**
   * Sets what is to be done when somebody wants it to look now. The callback's promise resolves when it has looked;
   * who asked waits for that.
   */
  onAsk(callback: () => Promise<void>): void;
  /** Keeps a small piece of JSON for this source, such as the last UID; it outlives the process. */
  remember(memory: unknown): Promise<void>;
  /** What was remembered last, as it was; null when nothing was. It may be from an older version: check its shape. */
  recall(): Promise<unknown>;
  readonly now: () => Date;
  readonly log: SourceLog;
  readonly spool: Spool;
  readonly limits: Limits;
}

/** Bytes that were found, with a name for people: a file name or a message id. */
export interface Found {
  readonly name: string;
  readonly source: ByteSource;
}

/** Bytes that are kept. */
export interface Taken {
  readonly id: number;
  /** The same bytes were there before. */
  readonly known: boolean;
}

/**
 * `readable`: a report was in it. `unreadable`: none was, or it could not be read or stored. `waiting`: nobody has
 * read it yet; it is kept, and will be.
 */
export type Outcome = 'readable' | 'unreadable' | 'waiting';

/** Something that a source put aside: what was kept and found unreadable, or what it never handed over, and why. */
export interface SetAside {
  readonly name: string;
  readonly why: Taken | Trouble;
}

/** What is wrong: a code such as `sign-in-refused`, and one sentence that says what to do next. No secrets. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
}

/** Trouble that keeps a source from its work, to be thrown. */
export class SourceError extends Error implements Trouble {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SourceError';
    this.code = code;
  }
}

/** How a source fares. A look that went well says when, how many are left, and that there is no trouble. */
export interface SourceState {
  /** When it last reached its place. */
  readonly lastContact?: Date;
  /** Found there and not taken yet. */
  readonly waiting?: number;
  /** What keeps it from its work; null where nothing does. Since when is worked out by the host. */
  readonly trouble?: Trouble | null;
}

/** Where a source says what people who run the service may want to know. */
export interface SourceLog {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}
