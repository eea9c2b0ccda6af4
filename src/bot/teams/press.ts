import { z } from 'zod';
import type { Audience } from '../platform.js';
import { readPress, writeForm } from '../press.js';
import { ASKED, INPUT } from './actions.js';

/** What a pressed button of ours holds, with what was chosen beside it. */
const pressed = z.looseObject({
  press: z.string(),
  card: z.string(),
  showIn: z.string().min(1).optional(),
  /** Names the input of the text that the button asks for. */
  asked: z.string().startsWith(ASKED).optional(),
});
const submitted = z.looseObject({
  form: z.string(),
  audience: z.enum(['asker', 'channel']),
  card: z.string(),
});

export interface Pressed {
  readonly text: string;
  readonly audience: Audience;
  /** Names the card that the button is on. */
  readonly card: string;
  /** The conversation to show the answer in, as the button has it; null for the one where it was pressed. */
  readonly showIn: string | null;
}

/** The meaning of a button's data; null for what is none of ours. It holds no right: that is looked at when it is done. */
export function readPressed(data: unknown): Pressed | null {
  const button = pressed.safeParse(data).data;
  if (button !== undefined) {
    const read = readPress(button.press);
    if (read === null) return null;
    const text = button.asked === undefined ? read.text : withText(read.text, button.asked, button);
    return { ...read, text, card: button.card, showIn: button.showIn ?? null };
  }
  const form = submitted.safeParse(data).data;
  if (form === undefined) return null;
  const values = Object.entries(form)
    .filter((entry): entry is [string, string] => entry[0].startsWith(INPUT) && typeof entry[1] === 'string')
    .map(([name, value]) => ({ name: name.slice(INPUT.length), value }));
  return { text: writeForm(form.form, values), audience: form.audience, card: form.card, showIn: null };
}

/** The command line with what was written. */
function withText(command: string, input: string, data: Readonly<Record<string, unknown>>): string {
  const name = input.slice(ASKED.length).replace(/^\d+\./u, '');
  const value = data[input];
  return writeForm(command, [{ name, value: typeof value === 'string' ? value.trim() : null }]);
}
