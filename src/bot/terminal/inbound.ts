import type { Button, TextAsk } from '../card.js';
import { writeForm } from '../press.js';
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
const NUMBER = /^\[?(\d{1,3})\]?(?:\s+(.+))?$/su;

/** Reads one line; a number presses a button of the last card, with what it asks for behind it. Lines that start with # are comments of a script. */
export function readTyped(line: Line, buttons: readonly Button[]): Typed {
  if (line === null)
    return { type: 'say', text: `That line is too long: at most ${LONGEST_TEXT} characters are read.` };
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return { type: 'nothing' };
  if (LEAVE.test(text)) return { type: 'leave' };
  const [, number, behind] = NUMBER.exec(text) ?? [];
  const button = number === undefined ? undefined : buttons[Number(number) - 1];
  // Words that begin with a number, such as an address, are no press.
  if (number === undefined || (behind !== undefined && button?.asks === undefined))
    return { type: 'command', text, pressed: false };
  if (button !== undefined) return pressOf(number, button, behind ?? '');
  const choices =
    buttons.length === 0 ? 'The last answer has no choices' : `Choices are 1 to ${buttons.length}`;
  return { type: 'say', text: `${choices}; there is no ${number}.` };
}

function pressOf(number: string, { command, asks }: Button, written: string): Typed {
  if (asks === undefined) return { type: 'command', text: command, pressed: true };
  if (written !== '' || asks.optional) {
    const text = writeForm(command, [{ name: asks.name, value: written }]);
    return { type: 'command', text, pressed: true };
  }
  const line = lineFor(command, asks);
  return {
    type: 'say',
    text: `${asks.label} Write it behind the number (${number} …), or the line: ${line}`,
  };
}

/** The line that gives a command what its button asks for. */
export function lineFor(command: string, { name }: TextAsk): string {
  return writeForm(command, [{ name, value: 'your text' }]);
}
