import type { Button, Card, CardPart, Fact, Form } from '../card.js';
import { drawBars } from '../characters/bars-chart.js';
import { writeForm } from '../press.js';
import { drawDays } from '../characters/days-chart.js';
import type { Paint } from '../characters/style.js';
import { coloured, MARKS, plain } from '../characters/style.js';
import { drawTable } from '../characters/table.js';
import { lineFor } from './inbound.js';
import { fit, pad, visible, width, wrap } from '../characters/text.js';

/** What VT100 and everything after it shows. */
export const USUAL_COLUMNS = 80;
/** Below this nothing can be laid out; the terminal breaks lines itself. */
const FEWEST_COLUMNS = 40;
/** Longer lines are hard to read. */
const MOST_COLUMNS = 120;
const INDENT = '  ';
const LONGEST_NAME = 24;
/** A page of them; longer lists are tables, or paged by their operation. */
const MOST_FACTS = 40;
const LINES_OF_FACT = 6;
/** Of a form; who wants others can write any value. */
const MOST_FIELDS = 10;
const MOST_CHOICES = 12;
/** Choices of one card: more are not read. */
export const MOST_BUTTONS = 9;

export interface RenderOptions {
  readonly columns?: number | undefined;
  readonly colour?: boolean | undefined;
}

/** A card as lines for a terminal, each ended by a line feed. Pure; no line is wider than the columns given. */
export function renderCard(card: Card, options: RenderOptions = {}): string {
  const columns = Math.min(MOST_COLUMNS, Math.max(FEWEST_COLUMNS, options.columns ?? USUAL_COLUMNS));
  const paint = options.colour === true ? coloured : plain;
  const inner = columns - INDENT.length;

  const blocks: string[][] = [
    [
      paint(card.tone, `${MARKS[card.tone]} ${fit(visible(card.title), inner)}`),
      ...indent(wrap(visible(card.verdict), inner).map((line) => paint('bold', line))),
    ],
    ...card.parts.map((part) => indent(drawPart(part, inner, paint))),
  ];
  if (card.advice !== null) blocks.push(hanging('→ ', visible(card.advice), columns));
  if (card.form !== null) blocks.push(indent(drawForm(card.form, inner)));
  const end: string[] = [];
  if (card.buttons.length > 0)
    end.push(...drawButtons(card.buttons, columns, paint), ...indent(drawAsks(card.buttons, inner)));
  if (card.footer !== null)
    end.push(...indent(wrap(visible(card.footer), inner).map((line) => paint('dim', line))));
  if (end.length > 0) blocks.push(end);
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function drawPart(part: CardPart, columns: number, paint: Paint): string[] {
  switch (part.type) {
    case 'text':
      return wrap(visible(part.text), columns);
    case 'facts':
      return drawFacts(part.facts, columns, paint);
    case 'table':
      return drawTable(part, columns, paint);
    case 'chart':
      return part.shape === 'days' ? drawDays(part, columns, paint) : drawBars(part, columns, paint);
    default:
      return part satisfies never;
  }
}

function drawFacts(all: readonly Fact[], columns: number, paint: Paint): string[] {
  const facts = all.slice(0, MOST_FACTS);
  const names = Math.min(LONGEST_NAME, Math.max(0, ...facts.map((fact) => width(visible(fact.name)))));
  const room = columns - names - 2;
  const lines = facts.flatMap((fact) =>
    factLines(visible(fact.value), visible(fact.note ?? ''), room, paint).map((line, at) =>
      `${pad(at === 0 ? visible(fact.name) : '', names)}  ${line}`.trimEnd(),
    ),
  );
  return all.length > MOST_FACTS
    ? [...lines, paint('dim', `… ${all.length - MOST_FACTS} more are not drawn.`)]
    : lines;
}

function factLines(value: string, note: string, room: number, paint: Paint): string[] {
  if (note === '') return wrap(value, room, LINES_OF_FACT);
  if (width(value) + 2 + width(note) <= room) return [`${value}  ${paint('dim', note)}`];
  return [
    ...wrap(value, room, LINES_OF_FACT),
    ...wrap(note, room, LINES_OF_FACT).map((line) => paint('dim', line)),
  ];
}

/** What can be chosen, and the line that chooses what is chosen now. */
function drawForm(form: Form, columns: number): string[] {
  const fields = form.fields.slice(0, MOST_FIELDS).map(({ name, choices, value }) => {
    const values = choices.slice(0, MOST_CHOICES).map((choice) => choice.value);
    const more = choices.length > MOST_CHOICES ? `, … ${choices.length - MOST_CHOICES} more` : '';
    return { name, text: `${values.join(', ')}${more}`, value: value ?? values[0] ?? null };
  });
  const example = writeForm(
    form.command,
    fields.map(({ name, value }) => ({ name, value })),
  );
  return [
    ...fields.flatMap(({ name, text }) => wrap(visible(`${name}: ${text}`), columns, LINES_OF_FACT)),
    ...wrap(visible(`${form.submit}: ${example}`), columns, LINES_OF_FACT),
  ];
}

/** Numbered choices; typing the number asks. */
function drawButtons(buttons: readonly Button[], columns: number, paint: Paint): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const [at, button] of buttons.slice(0, MOST_BUTTONS).entries()) {
    const label = fit(visible(button.label), columns - 8);
    const size = width(label) + 4;
    if (used > 0 && used + 2 + size > columns - INDENT.length) {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += `${used > 0 ? '  ' : INDENT}${paint('neutral', `[${at + 1}]`)} ${label}`;
    used += size + (used > 0 ? 2 : 0);
  }
  return [...lines, line];
}

/** The line to type for each button that asks for text. */
function drawAsks(buttons: readonly Button[], columns: number): string[] {
  return buttons.slice(0, MOST_BUTTONS).flatMap(({ command, asks }, at) => {
    if (asks === undefined) return [];
    const label = asks.optional ? `${asks.label} (optional)` : asks.label;
    const number = at + 1;
    return wrap(visible(`[${number}] ${label}: ${number} your text, or ${lineFor(command, asks)}`), columns);
  });
}

function hanging(start: string, text: string, columns: number): string[] {
  return wrap(text, columns - start.length).map((line, at) => (at === 0 ? start : INDENT) + line);
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : INDENT + line));
}
