import type { Button, Field, Form, TextAsk } from '../card.js';
import type { Audience } from '../platform.js';
import { type Press, writePress } from '../press.js';
import { type Element, plain } from './elements.js';

/** Teams shows six, and the rest behind `…`: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference */
const MOST_SHOWN = 6;
const MOST_BUTTONS = 12;
const LONGEST_LABEL = 60;
/** Command lines up to here stand in the button; longer ones in the database, for a message's room is small. */
const LONGEST_PRESS = 400;
const MOST_CHOICES = 100;
const LONGEST_CHOICE = 200;
/** Inputs are told apart from what buttons hold. */
export const INPUT = 'field.';
/** Before the number of the button and the option's name, of a text that a button asks for. */
export const ASKED = 'ask.';
/** Of such a text: commands take 4,000 characters in all. */
const LONGEST_TEXT = 3_000;
/** What an invoke of ours is called. */
export const VERB = 'dmarc';

export interface Buttons {
  readonly actions: readonly Element[];
  /** Command lines for Inbound.keep. */
  readonly keep: readonly string[];
}

/**
 * The buttons of a card, and the one that shows it in the channel: in `showIn` where the card may stand in another
 * conversation. `key` names the card that they are on.
 */
export function buttonActions(
  buttons: readonly Button[],
  share: Press | null,
  audience: Audience,
  key: string,
  showIn: string | null,
): Buttons {
  const presses: Pressable[] = hoisted(buttons).map(({ label, command, asks }) => ({
    label,
    press: { command, audience },
    more: {},
    asks,
  }));
  // Second, for the next likely question comes first.
  if (share !== null)
    presses.splice(1, 0, {
      label: 'Show in channel',
      press: share,
      more: showIn === null ? {} : { showIn },
    });
  const written = presses
    .slice(0, MOST_BUTTONS)
    .map((one) => ({ ...one, press: writePress(one.press, LONGEST_PRESS) }));
  return {
    actions: written.map(({ label, press, more, asks }, at) => {
      const title = plain(label, LONGEST_LABEL);
      const data = { press: press.value, card: key, ...more };
      if (asks !== undefined) return showCard(title, data, asks, at);
      return { ...execute(title, data, 'none'), ...(at < MOST_SHOWN ? {} : { mode: 'secondary' }) };
    }),
    keep: written.flatMap(({ press }) => (press.keep === null ? [] : [press.keep])),
  };
}

interface Pressable {
  readonly label: string;
  readonly press: Press;
  readonly more: Element;
  readonly asks?: TextAsk | undefined;
}

/** Buttons that unfold something are not put behind `…`, where there is no room to unfold it. */
function hoisted(buttons: readonly Button[]): readonly Button[] {
  // One is left for the button that shows the card in the channel.
  const shown = MOST_SHOWN - 1;
  const late = buttons.slice(shown).filter(({ asks }) => asks !== undefined);
  if (late.length === 0) return buttons;
  const rest = buttons.filter((one) => !late.includes(one));
  const before = Math.max(0, shown - late.length);
  return [...rest.slice(0, before), ...late, ...rest.slice(before)];
}

/** A field for text that unfolds below the card, with the button that sends it. Inputs of one card have different ids. */
function showCard(title: string, data: Element, { name, label, optional }: TextAsk, at: number): Element {
  const id = `${ASKED}${at}.${name}`;
  return {
    type: 'Action.ShowCard',
    title,
    card: {
      type: 'AdaptiveCard',
      body: [
        {
          type: 'Input.Text',
          id,
          label: plain(label, LONGEST_LABEL),
          isMultiline: true,
          maxLength: LONGEST_TEXT,
          ...(optional ? {} : { isRequired: true, errorMessage: 'Write something first.' }),
        },
      ],
      actions: [execute(title, { ...data, asked: id }, 'auto')],
    },
  };
}

/** Fields to choose from, and the button that sends them. */
export function formElements(form: Form, audience: Audience, key: string): Element[] {
  const submit = execute(
    plain(form.submit, LONGEST_LABEL),
    { form: form.command, audience, card: key },
    'auto',
  );
  return [...form.fields.map(choiceSet), { type: 'ActionSet', actions: [submit] }];
}

function choiceSet({ name, label, choices, value }: Field): Element {
  return {
    type: 'Input.ChoiceSet',
    id: `${INPUT}${name}`,
    label: plain(label, LONGEST_LABEL),
    style: 'compact',
    choices: choices
      .slice(0, MOST_CHOICES)
      .map((choice) => ({ title: plain(choice.label, LONGEST_CHOICE), value: choice.value })),
    ...(value === null ? {} : { value }),
  };
}

/** Older clients know Action.Submit alone, which comes as a message. */
function execute(title: string, data: Element, associatedInputs: 'auto' | 'none'): Element {
  return {
    type: 'Action.Execute',
    title,
    verb: VERB,
    data,
    associatedInputs,
    fallback: { type: 'Action.Submit', title, data, associatedInputs },
  };
}
