import type { Outcome } from '../store/documents.js';

/** What became of pending documents. */
export interface Processed {
  /** Raw documents that were read. */
  readonly raws: number;
  /** Documents found in them, by what became of them. */
  readonly documents: Readonly<Record<Outcome, number>>;
  /** Messages of the aggregate reports that were stored or merged. */
  readonly messages: number;
  readonly problems: number;
  /** Raw documents that could not be stored; they are kept, with the reason. */
  readonly failed: number;
}

export const NOTHING_PROCESSED: Processed = {
  raws: 0,
  documents: { stored: 0, duplicate: 0, merged: 0, unreadable: 0 },
  messages: 0,
  problems: 0,
  failed: 0,
};

/** The sum of two. */
export function addProcessed(a: Processed, b: Processed): Processed {
  const sum = (outcome: Outcome) => a.documents[outcome] + b.documents[outcome];
  return {
    raws: a.raws + b.raws,
    documents: {
      stored: sum('stored'),
      duplicate: sum('duplicate'),
      merged: sum('merged'),
      unreadable: sum('unreadable'),
    },
    messages: a.messages + b.messages,
    problems: a.problems + b.problems,
    failed: a.failed + b.failed,
  };
}
