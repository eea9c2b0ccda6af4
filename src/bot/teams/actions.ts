import type { Button, Field, Form } from '../card.js';
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
  const presses = buttons.map(({ label, command }) => ({ label, press: { command, audience }, more: {} }));
  // Second, for the next likely question comes first.
  if (share !== null)
    presses.splice(1, 0, {
      label: 'Show in channel',
      press: share,
      more: showIn === null ? {} : { showIn },
    });
  const written = presses
    .slice(0, MOST_BUTTONS)
    .map(({ label, press, more }) => ({ label, press: writePress(press, LONGEST_PRESS), more }));
  return {
    actions: written.map(({ label, press, more }, at) => ({
      ...execute(plain(label, LONGEST_LABEL), { press: press.value, card: key, ...more }, 'none'),
      ...(at < MOST_SHOWN ? {} : { mode: 'secondary' }),
    })),
    keep: written.flatMap(({ press }) => (press.keep === null ? [] : [press.keep])),
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
