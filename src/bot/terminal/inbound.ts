import type { Button } from '../card.js';
import { LONGEST_TEXT } from '../words.js';
import type { Line } from './lines.js';

/** What a typed line asks for. */
export type Typed =
  | { readonly type: 'nothing' }
  | { readonly type: 'leave' }
  /** A sentence to answer with at once. */
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'command'; readonly text: string; readonly pressed: boolean };

const LEAVE = /^\/?(?:exit|quit|bye|q)$/i;
const NUMBER = /^\[?(\d{1,3})\]?$/;

/** Reads one line; a number presses a button of the last card. Lines that start with # are comments of a script. */
export function readTyped(line: Line, buttons: readonly Button[]): Typed {
  if (line === null)
    return { type: 'say', text: `That line is too long: at most ${LONGEST_TEXT} characters are read.` };
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return { type: 'nothing' };
  if (LEAVE.test(text)) return { type: 'leave' };
  const number = NUMBER.exec(text)?.[1];
  if (number === undefined) return { type: 'command', text, pressed: false };
  const button = buttons[Number(number) - 1];
  if (button !== undefined) return { type: 'command', text: button.command, pressed: true };
  const choices =
    buttons.length === 0 ? 'The last answer has no choices' : `Choices are 1 to ${buttons.length}`;
  return { type: 'say', text: `${choices}; there is no ${number}.` };
}
