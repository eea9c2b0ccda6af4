/** What a process of a split service does: `serve` speaks to people and takes reports in, `work` reads them. */
export type Share = 'serve' | 'work';

/** Something that runs for as long as the service does. */
export interface Part {
  readonly name: string;
  /** Which share of a split service it belongs to. */
  readonly share: Share;
  start(): StartedPart | Promise<StartedPart>;
}

export interface StartedPart {
  /** What it does, for people: `on: …`, or `off: …` and why. */
  readonly line: string;
  /** No new work; what is under way comes to its end or is given back, within this time. */
  stop(withinMs: number): Promise<void>;
}
