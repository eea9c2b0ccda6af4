import type { types } from '@slack/bolt';
import { z } from 'zod';
import type { TextAsk } from '../card.js';
import { readPress, writeForm } from '../press.js';
import type { Audience } from '../platform.js';
import { type AskedFrom, askedFrom, NOWHERE } from './forms.js';
import { ASKED_TEXT, MODAL_TITLE, PLACEHOLDER, PRIVATE_METADATA } from './limits.js';
import { line, plain } from './text.js';

/** Buttons that ask for text before they ask their command: a modal with one field. */

export const TEXT_ASK = 'text';
/** The modal, and the one field of it. */
export const TEXT_MODAL = 'dmarc_text';
export const TEXT_FIELD = 'text';
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

const kept = z.object({ press: z.string(), name: z.string(), from: askedFrom });

/** The modal of a pressed button, which keeps what was pressed and where. */
export function textModal(
  title: string,
  press: string,
  { name, label, optional }: TextAsk,
  from: AskedFrom,
): types.ModalView {
  const whole = JSON.stringify({ press, name, from });
  return {
    type: 'modal',
    callback_id: TEXT_MODAL,
    title: plain(title, MODAL_TITLE),
    submit: plain(title, MODAL_TITLE),
    close: plain('Cancel', MODAL_TITLE),
    private_metadata:
      whole.length <= PRIVATE_METADATA ? whole : JSON.stringify({ press, name, from: NOWHERE }),
    blocks: [
      {
        type: 'input',
        block_id: TEXT_FIELD,
        optional,
        label: plain(label, PLACEHOLDER),
        element: { type: 'plain_text_input', action_id: TEXT_FIELD, multiline: true, max_length: ASKED_TEXT },
      },
    ],
  };
}

type Values = Readonly<
  Record<string, Readonly<Record<string, { readonly value?: string | null | undefined }>>>
>;

/** What a submitted modal asks, and where it was asked from; null for what is none of ours. */
export function readTextModal(
  values: Values,
  metadata: string,
): { readonly text: string; readonly audience: Audience; readonly from: AskedFrom } | null {
  const read = kept.safeParse(parse(metadata)).data;
  const press = read === undefined ? null : readPress(read.press);
  if (read === undefined || press === null) return null;
  const written = values[TEXT_FIELD]?.[TEXT_FIELD]?.value?.trim() ?? '';
  return {
    text: writeForm(press.text, [{ name: read.name, value: written }]),
    audience: press.audience,
    from: read.from,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
