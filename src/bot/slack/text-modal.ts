import type { types } from '@slack/bolt';
import { z } from 'zod';
import type { TextAsk } from '../card.js';
import { readPress, writeForm } from '../press.js';
import type { Audience } from '../platform.js';
import { type AskedFrom, askedFrom, NOWHERE } from './forms.js';
import { ASKED_TEXT, MODAL_TITLE, PLACEHOLDER, PRIVATE_METADATA } from './limits.js';
import { plain } from './text.js';

/** The modal of a button that asks for text, and the one field of it. */
export const TEXT_MODAL = 'dmarc_text';
export const TEXT_FIELD = 'text';

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
