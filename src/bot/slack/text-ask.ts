import type { TextAsk } from '../card.js';
import { line } from './text.js';

/** Buttons that ask for text before they ask their command say so in their action's id. */

export const TEXT_ASK = 'text';
const ID = new RegExp(`^${TEXT_ASK}:\\d+:([or]):([A-Za-z-]+):(.*)$`, 'u');
/** An action's id takes 255 characters. */
const LONGEST_LABEL = 100;

/** What a button says of the text that it asks for, as its action's id. */
export function writeTextAsk(at: number, { name, label, optional }: TextAsk): string {
  return `${TEXT_ASK}:${at}:${optional ? 'o' : 'r'}:${name}:${line(label, LONGEST_LABEL)}`;
}

/** What a pressed button asks for; null for a button that asks for no text. */
export function readTextAsk(actionId: string): TextAsk | null {
  const [, optional, name, label] = ID.exec(actionId) ?? [];
  if (name === undefined || label === undefined) return null;
  return { name, label, optional: optional === 'o' };
}
