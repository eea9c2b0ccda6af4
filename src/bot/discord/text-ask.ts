import type { TextAsk } from '../card.js';
import { type Press, readPress, SHORTEST_PRESS, writeForm, writePress, type WrittenPress } from '../press.js';
import { COMPONENT_LIMITS, MODAL_LIMITS } from './message.js';
import { plain } from './text.js';

/**
 * Buttons that ask for text say so in their id, beside what they hold: `q|o|note|What was it?|a:resolve 5`. A press opens
 * a modal, whose id holds the same without what was shown: `m|note|a:resolve 5`.
 */
const ASK = 'q';
const MODAL = 'm';
const ASK_ID = new RegExp(String.raw`^${ASK}\|([or])\|([^|]*)\|([^|]*)\|(.*)$`, 'su');
const MODAL_ID = new RegExp(String.raw`^${MODAL}\|([^|]*)\|(.*)$`, 'su');
const TEXT_INPUT = 4;
const LABEL = 18;
/** Lines, not one line. */
const PARAGRAPH = 2;
/** Of what is written: commands take 4,000 characters in all. */
const LONGEST_TEXT = 3_000;

/** The id of a button that asks for text, of at most `longest` characters, which are those of an id or SHORTEST_PRESS. */
export function writeTextAsk(
  press: Press,
  { name, label, optional }: TextAsk,
  longest: number,
): WrittenPress {
  const start = `${ASK}|${optional ? 'o' : 'r'}|${name}|`;
  const room = COMPONENT_LIMITS.customId - start.length - SHORTEST_PRESS - 1;
  const head = `${start}${plain(label, Math.min(MODAL_LIMITS.label, room)).replaceAll('|', '¦')}|`;
  const written = writePress(press, Math.min(longest, COMPONENT_LIMITS.customId - head.length));
  return { ...written, value: head + written.value };
}

/** The modal that a pressed button opens, by its id and label; null for a button that asks for no text. */
export function modalOf(customId: string, title: string): Readonly<Record<string, unknown>> | null {
  const [, optional, name, label, press] = ASK_ID.exec(customId) ?? [];
  if (name === undefined || label === undefined || press === undefined || readPress(press) === null)
    return null;
  return {
    custom_id: `${MODAL}|${name}|${press}`,
    title: plain(title.trim() || label, MODAL_LIMITS.title),
    components: [
      {
        type: LABEL,
        label,
        component: {
          type: TEXT_INPUT,
          custom_id: name,
          style: PARAGRAPH,
          required: optional === 'r',
          max_length: LONGEST_TEXT,
        },
      },
    ],
  };
}

/** A component of a modal as an interaction brings it back. */
export interface GivenInput {
  readonly type: number;
  readonly value?: string;
  /** In a label, which is what we send; in a row, as older ones do. */
  readonly component?: GivenInput;
  readonly components?: readonly GivenInput[];
}

/** What a submitted modal asks, with what was written; null for what is none of ours. */
export function submittedText(customId: string, inputs: readonly GivenInput[]): ReturnType<typeof readPress> {
  const [, name, value] = MODAL_ID.exec(customId) ?? [];
  const press = value === undefined ? null : readPress(value);
  if (press === null || name === undefined) return null;
  return { ...press, text: writeForm(press.text, [{ name, value: writtenIn(inputs).trim() }]) };
}

function writtenIn(inputs: readonly GivenInput[]): string {
  return inputs
    .map(({ type, value = '', component, components = [] }) =>
      type === TEXT_INPUT ? value : writtenIn(component === undefined ? components : [component]),
    )
    .join('');
}
