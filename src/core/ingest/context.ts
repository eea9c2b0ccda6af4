import type { Spool } from '../report/bytes.js';
import type { Limits } from '../report/limits.js';
import type { Database } from '../store/database.js';

/** What is said beside a message, by name. */
export type Facts = Readonly<Record<string, unknown>>;

export interface Log {
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
  /** A log whose every line has these facts too, such as the id of a request or a job. */
  child(facts: Facts): Log;
}

/** What taking reports in needs to know: for whom, where to, and within which bounds. */
export interface IngestContext {
  readonly tenant: number;
  readonly db: Database;
  readonly now: () => Date;
  readonly log: Log;
  readonly limits: Limits;
  readonly spool: Spool;
  /** Whether domains that reports bring are claimed at once, as suits one tenant alone. */
  readonly claimAtOnce: boolean;
  /** Whether the mail in failure reports is kept as it came; else the redacted form replaces it. */
  readonly keepFailureMail: boolean;
  /** How often a document that could not be stored is tried again before it is a dead letter; 3 when absent. */
  readonly retries?: number;
  /** Breaks reading off when it aborts: what is under way ends without a trace, and is there to be done again. */
  readonly signal?: AbortSignal;
  /** Told that there is new work in the queue, so that workers of this process need not wait for their next look. */
  readonly wake?: () => void;
  /** Told now and then how far a longer work has come; for people who wait. */
  readonly progress?: (progress: Progress) => void;
}

export interface Progress {
  /** What is counted, such as `files`. */
  readonly unit: string;
  readonly done: number;
  /** Null where it is not known. */
  readonly total: number | null;
}
