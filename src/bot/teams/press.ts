import { z } from 'zod';
import type { Audience } from '../platform.js';
import { readPress, writeForm } from '../press.js';
import { INPUT } from './actions.js';

/** What a pressed button of ours holds, with what was chosen beside it. */
const pressed = z.looseObject({ press: z.string(), card: z.string(), showIn: z.string().min(1).optional() });
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
    return read === null ? null : { ...read, card: button.card, showIn: button.showIn ?? null };
  }
  const form = submitted.safeParse(data).data;
  if (form === undefined) return null;
  const values = Object.entries(form)
    .filter((entry): entry is [string, string] => entry[0].startsWith(INPUT) && typeof entry[1] === 'string')
    .map(([name, value]) => ({ name: name.slice(INPUT.length), value }));
  return { text: writeForm(form.form, values), audience: form.audience, card: form.card, showIn: null };
}
