import type { Card, Field, Form, TextAsk } from '../card.js';
import { count } from '../figures.js';
import { type Press, readPress, SHORTEST_PRESS, writeForm, writePress } from '../press.js';
import { type ActionRow, type ButtonComponent, COMPONENT_LIMITS, type SelectComponent } from './message.js';
import { plain } from './text.js';
import { writeTextAsk } from './text-ask.js';

/** Buttons and fields below a card. */
export interface Components {
  readonly rows: readonly ActionRow[];
  /** What could not be shown as such. */
  readonly notes: readonly string[];
  readonly keep: readonly string[];
}

/** Begins the id of a field, before its name. */
const FIELD = 's:';
/** Begins the id of a button that sends the fields, before what a button holds. */
const SUBMIT = 'f:';
/** One row is for the buttons, the first of which sends the fields. */
const MOST_FIELDS = COMPONENT_LIMITS.rows - 1;

/** The rows below a card: its fields, what sends them, its buttons, and the one that shows it in the channel. */
export function componentsOf(card: Card, share: Press | null, mark: number | null = null): Components {
  const form = card.form === null ? null : formOf(card.form);
  const selects = form?.selects ?? [];
  const room = (COMPONENT_LIMITS.rows - selects.length) * COMPONENT_LIMITS.buttons;
  const ends = share === null ? [] : [{ label: 'Show in channel', ...share }];
  const starts = form === null || form.submit === null ? [] : [form.submit];

  const keep: string[] = [];
  const ids = new Set<string>();
  const written = (
    presses: readonly (Press & { readonly label: string; readonly asks?: TextAsk | undefined })[],
    most: number,
  ): ButtonComponent[] =>
    presses.flatMap(({ label, asks, ...press }) => {
      const longest = longestId(press);
      const { value, keep: kept } =
        asks === undefined ? writePress(press, longest) : writeTextAsk(press, asks, longest);
      // Discord refuses a message in which two have the same; the first says it all.
      if (ids.has(value) || ids.size >= most) return [];
      ids.add(value);
      if (kept !== null) keep.push(kept);
      return [button(label, value, 2)];
    });
  const asked = card.buttons.map((one) => ({ ...one, audience: 'asker' as const }));
  const most = room - starts.length - ends.length;
  const own = written(asked, most);
  const hidden = new Set(asked.map((one) => one.command)).size - own.length;
  const last = written(ends, most + ends.length);

  const rows = [...selects.map((select) => row([select])), ...inRows([...starts, ...own, ...last])];
  return {
    rows: rows.map((one, at) => (at === 0 && mark !== null ? { ...one, id: mark } : one)),
    notes: [
      ...(form?.notes ?? []),
      ...(hidden > 0 ? [`… ${count(hidden)} more choices are not shown.`] : []),
    ],
    keep,
  };
}

/** Names with control characters in them are kept with us: what Discord does with such in an id is not said. */
function longestId({ command }: Press): number {
  return /\p{C}/u.test(command) ? SHORTEST_PRESS : COMPONENT_LIMITS.customId;
}

/** A component of a message as an interaction brings it back. */
export interface GivenComponent {
  readonly type: number;
  readonly custom_id?: string;
  readonly label?: string;
  readonly options?: readonly { readonly value: string; readonly default?: boolean }[];
  readonly components?: readonly GivenComponent[];
}

/** The label of the button with this id; empty where there is none. */
export function labelOf(rows: readonly GivenComponent[], customId: string): string {
  const all = rows.flatMap((one) => [one, ...(one.components ?? [])]);
  return all.find((one) => one.custom_id === customId)?.label ?? '';
}

/** Whether an id is that of a field, whose choice is kept in the message until it is sent. */
export function isField(customId: string): boolean {
  return customId.startsWith(FIELD);
}

/** The rows of a message with one field's choice in them. */
export function withChoice(
  rows: readonly GivenComponent[],
  customId: string,
  values: readonly string[],
): readonly GivenComponent[] {
  return rows.map((one) => ({
    ...one,
    ...(one.components !== undefined && { components: withChoice(one.components, customId, values) }),
    ...(one.custom_id === customId && {
      options: (one.options ?? []).map((option) => ({ ...option, default: values.includes(option.value) })),
    }),
  }));
}

/** What a pressed button asks, with what was chosen in the fields beside it; null for one that is none of ours. */
export function pressedText(customId: string, rows: readonly GivenComponent[]): ReturnType<typeof readPress> {
  if (!customId.startsWith(SUBMIT)) return readPress(customId);
  const press = readPress(customId.slice(SUBMIT.length));
  return press === null ? null : { ...press, text: writeForm(press.text, chosen(rows)) };
}

function chosen(rows: readonly GivenComponent[]): { name: string; value: string | null }[] {
  return rows.flatMap(({ custom_id: id = '', options = [], components = [] }) => [
    ...chosen(components),
    ...(isField(id)
      ? [
          {
            name: id.slice(FIELD.length),
            value: options.find((each) => each.default === true)?.value ?? null,
          },
        ]
      : []),
  ]);
}

function formOf(form: Form): {
  readonly selects: readonly SelectComponent[];
  readonly submit: ButtonComponent | null;
  readonly notes: readonly string[];
} {
  const id = writePress(
    { command: form.command, audience: 'asker' },
    COMPONENT_LIMITS.customId - SUBMIT.length,
  );
  const isShown = (field: Field) =>
    usable(field).length > 0 && FIELD.length + field.name.length <= COMPONENT_LIMITS.customId;
  // What a kept line says is not known here, where the fields are put behind it.
  const shown = id.keep === null ? form.fields.filter(isShown).slice(0, MOST_FIELDS) : [];
  const isWhole =
    shown.length === form.fields.length &&
    shown.every((field) => field.choices.length <= COMPONENT_LIMITS.options);
  const example = writeForm(
    form.command,
    form.fields.map(({ name, value, choices }) => ({ name, value: value ?? choices[0]?.value ?? '…' })),
  );
  return {
    selects: shown.map(selectOf),
    submit: shown.length === 0 ? null : button(form.submit, SUBMIT + id.value, 1),
    notes: isWhole ? [] : [`For what cannot be chosen here: /dmarc ask text: ${example}`],
  };
}

function selectOf(field: Field): SelectComponent {
  const { options, optionText, placeholder } = COMPONENT_LIMITS;
  const choices = usable(field);
  const chosenOnes = choices.filter((choice) => choice.value === field.value);
  const others = choices.filter((choice) => choice.value !== field.value);
  const offered = new Set([...chosenOnes, ...others].slice(0, options).map((choice) => choice.value));
  return {
    type: 3,
    custom_id: FIELD + field.name,
    placeholder: plain(field.label, placeholder),
    min_values: 0,
    max_values: 1,
    options: choices
      .filter((choice) => offered.has(choice.value))
      .map(({ label, value }) => ({
        label: plain(`${field.label}: ${label}`, optionText),
        value,
        ...(value === field.value && { default: true }),
      })),
  };
}

/** Choices that Discord takes; two may not have the same value. */
function usable({ choices }: Field): Field['choices'] {
  return choices.filter(
    ({ value }, at) =>
      value !== '' &&
      value.length <= COMPONENT_LIMITS.optionText &&
      choices.findIndex((one) => one.value === value) === at,
  );
}

function button(label: string, customId: string, style: 1 | 2): ButtonComponent {
  return { type: 2, style, label: plain(label.trim() || '…', COMPONENT_LIMITS.label), custom_id: customId };
}

function row(components: ActionRow['components']): ActionRow {
  return { type: 1, components };
}

function inRows(buttons: readonly ButtonComponent[]): ActionRow[] {
  const { buttons: wide } = COMPONENT_LIMITS;
  return Array.from({ length: Math.ceil(buttons.length / wide) }, (_, at) =>
    row(buttons.slice(at * wide, (at + 1) * wide)),
  );
}
