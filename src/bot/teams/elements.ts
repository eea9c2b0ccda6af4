import type { Tone } from '../card.js';
import { visible } from '../characters/text.js';

/**
 * Elements of Adaptive Cards 1.5 (https://adaptivecards.io/explorer/). Text stands in TextRuns alone, which know no
 * markdown; TextBlock and FactSet would read `[a](b)` and `**` in data.
 */
export type Element = Readonly<Record<string, unknown>>;

export interface Look {
  readonly bold?: boolean;
  readonly subtle?: boolean;
  readonly small?: boolean;
  readonly large?: boolean;
  readonly monospace?: boolean;
  readonly right?: boolean;
  /** No gap to what is above. */
  readonly tight?: boolean;
}

/** Styles of containers: https://adaptivecards.io/explorer/Container.html */
export const STYLES: Readonly<Record<Tone, string>> = {
  good: 'good',
  warning: 'warning',
  bad: 'attention',
  neutral: 'emphasis',
};

/** The verdict in one character, so that it reads in black and white too. */
export const MARKS: Readonly<Record<Tone, string>> = { good: '✔', warning: '!', bad: '✘', neutral: '•' };

/** One line of text as it stands, cut to so many UTF-16 units. */
export function line(text: string, longest: number, look: Look = {}): Element {
  return block([run(text, longest, look)], look);
}

/** A value, and a remark after it in a quieter colour. */
export function noted(value: string, note: string | undefined, longest: number): Element {
  const runs = [run(value, longest, {})];
  if (note !== undefined && note !== '') runs.push(run(`  ${note}`, longest, { subtle: true }));
  return block(runs, {});
}

function block(inlines: readonly Element[], look: Look): Element {
  return {
    type: 'RichTextBlock',
    inlines,
    ...(look.right === true ? { horizontalAlignment: 'Right' } : {}),
    ...(look.tight === true ? { spacing: 'None' } : {}),
  };
}

function run(text: string, longest: number, look: Look): Element {
  return {
    type: 'TextRun',
    text: plain(text, longest),
    ...(look.bold === true ? { weight: 'Bolder' } : {}),
    ...(look.subtle === true ? { isSubtle: true } : {}),
    ...(look.small === true ? { size: 'Small' } : {}),
    ...(look.large === true ? { size: 'Large' } : {}),
    ...(look.monospace === true ? { fontType: 'Monospace' } : {}),
  };
}

/** Text on one line in which nothing acts, with `…` where it was cut. An empty run is no run, hence a blank for it. */
export function plain(text: string, longest: number): string {
  // Cut first: what is far longer than shown shall not be looked at.
  const shown = visible(text.slice(0, longest * 2));
  if (shown === '') return ' ';
  if (shown.length <= longest && text.length <= longest * 2) return shown;
  const kept = shown.slice(0, longest - 1);
  return `${/[\uD800-\uDBFF]$/u.test(kept) ? kept.slice(0, -1) : kept}…`;
}
