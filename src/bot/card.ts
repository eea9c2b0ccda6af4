import type { ChartSpec } from '../core/chart/spec.js';

/**
 * The neutral card: what is said and what can be done, and nothing of how a platform shows it. All text is
 * plain data; renderers escape it. Numbers that people read are rounded here and nowhere before.
 */
export interface Card {
  /** Names the question, such as `Summary of example.com`. */
  readonly title: string;
  /** Colour and mark of the verdict; renderers show both, so that it reads in black and white too. */
  readonly tone: Tone;
  /** The answer in one to three short sentences, before any figure. */
  readonly verdict: string;
  readonly parts: readonly CardPart[];
  /** One suggested next step; null where there is none. */
  readonly advice: string | null;
  /** The next likely questions, most likely first. */
  readonly buttons: readonly Button[];
  /** Something to fill in by choosing; null where there is nothing. */
  readonly form: Form | null;
  /** Period with zone, completeness, where figures come from. */
  readonly footer: string | null;
}

export type Tone = 'good' | 'warning' | 'bad' | 'neutral';

export type CardPart =
  | { readonly type: 'text'; readonly text: string }
  /** Short name and value pairs. */
  | { readonly type: 'facts'; readonly facts: readonly Fact[] }
  | Table
  | Chart;

export interface Fact {
  readonly name: string;
  readonly value: string;
  /** A change or remark after the value, such as `+3 % on the 30 days before`. */
  readonly note?: string;
}

export interface Table {
  readonly type: 'table';
  readonly title: string | null;
  readonly columns: readonly { readonly name: string; readonly align: 'left' | 'right' }[];
  readonly rows: readonly (readonly string[])[];
  /** Said below when there are more rows than shown. */
  readonly more: string | null;
}

/** Figures of a chart; a platform draws a picture or characters from them. */
export type Chart = ChartSpec & {
  readonly type: 'chart';
  /** What a picture of it says, for readers who cannot see it. */
  readonly alt: string;
};

/**
 * Fields to choose from. Pressing `submit` asks the command with every field as an option: `settings zone:UTC`; see
 * writeForm. Where a platform has no such fields, a line shows how it is written.
 */
export interface Form {
  /** The command line before the options, without the leading `/dmarc`. */
  readonly command: string;
  readonly fields: readonly Field[];
  /** Label of the button. */
  readonly submit: string;
}

export interface Field {
  /** The option's name. */
  readonly name: string;
  readonly label: string;
  readonly choices: readonly { readonly label: string; readonly value: string }[];
  /** What is chosen now; null where nothing is. */
  readonly value: string | null;
}

/** A button asks a further command; what it means is worked out, and allowed, when it is pressed. */
export interface Button {
  readonly label: string;
  /** The command line it stands for, without the leading `/dmarc`, such as `sources example.com 30d`. */
  readonly command: string;
  /** A line to be written before it is asked, which becomes an option of the command; absent for none. */
  readonly asks?: TextAsk;
}

/** Text that a button asks for: in a dialog, a modal or an input of the card, as the platform has it. */
export interface TextAsk {
  /** The option's name, such as `note`. */
  readonly name: string;
  readonly label: string;
  /** Whether the button works without it. */
  readonly optional: boolean;
}
