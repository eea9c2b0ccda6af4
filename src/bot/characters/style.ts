import type { Tone } from '../card.js';

/** How text is set off; each is readable without it. */
export type Look = Tone | 'bold' | 'dim';
export type Paint = (look: Look, text: string) => string;

/** The verdict in one character, so that it reads in black and white too. */
export const MARKS: Readonly<Record<Tone, string>> = { good: '✔', warning: '!', bad: '✘', neutral: '•' };

/** SGR parameters (ECMA-48 §8.3.117) that switch a look on; 0 switches all off. */
const SGR: Readonly<Record<Look, string>> = {
  good: '32',
  warning: '33',
  bad: '31',
  neutral: '36',
  bold: '1',
  dim: '2',
};

export const plain: Paint = (_look, text) => text;
export const coloured: Paint = (look, text) => (text === '' ? '' : `\u001b[${SGR[look]}m${text}\u001b[0m`);

/** Colour where a person looks at it and has not declined it (no-color.org). */
export function wantsColour(terminal: boolean, environment: { readonly noColour: boolean }): boolean {
  return terminal && !environment.noColour;
}
