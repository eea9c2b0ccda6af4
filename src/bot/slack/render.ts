import type { types } from '@slack/bolt';
import type { Button, Card, CardPart, Chart, Fact, Form, Table } from '../card.js';
import { count } from '../figures.js';
import type { Press } from '../press.js';
import { writePress } from '../press.js';
import { drawChart, drawSmallTable, drawTableBlock } from './draw.js';
import {
  BUTTON_TEXT,
  BUTTON_VALUE,
  HEADER_TEXT,
  IMAGE_ALT,
  IMAGE_TITLE,
  MESSAGE_BLOCKS,
  MESSAGE_TEXT,
  OPTION_TEXT,
  OPTION_VALUE,
  PLACEHOLDER,
  SELECT_OPTIONS,
  TABLES,
  TEXT,
  VIEW_BLOCKS,
} from './limits.js';
import { writeTextAsk } from './text-ask.js';
import { fallback, line, plain, rich } from './text.js';

type Block = types.KnownBlock;

export interface RenderOptions {
  /** Ids of uploaded pictures by chart; a chart without one is drawn with characters. */
  readonly pictures?: ReadonlyMap<Chart, string>;
  /** Tables that Slack lays out are for messages alone; 'home' is a Home tab or a modal. */
  readonly surface?: 'message' | 'home';
  /** false for a message whose table Slack did not take. */
  readonly tables?: boolean;
  /** What a button that shows the answer in the channel stands for. */
  readonly share?: Press | null;
  readonly askedBy?: string | null;
  /** People to be mentioned, by their ids; what is none is left out. */
  readonly mentions?: readonly string[];
}

export interface Rendered {
  /** For notifications and screen readers. */
  readonly text: string;
  readonly blocks: Block[];
  /** Command lines to hand to Inbound.keep before this is sent. */
  readonly keep: readonly string[];
}

/** The verdict in one character; the shapes differ, not the colour alone. */
const MARKS: Readonly<Record<Card['tone'], string>> = { good: '✅', warning: '⚠️', bad: '❌', neutral: 'ℹ️' };
export const PRESS = 'press';
export const SUBMIT = 'submit';
export const FIELD = 'field';
export const SHARE_LABEL = 'Show in channel';

const USER = /^[UW][A-Z0-9]{2,}$/u;
const MOST_MENTIONS = 20;
const MOST_BUTTONS = 9;
const MOST_FIELDS = 8;
const MOST_FACTS = 40;
const LONGEST_TITLE = 120;
const LONGEST_FACT = 600;
const LONGEST_FALLBACK = 1_000;
/** What stands before and after the parts takes half of a message at most, so that there is always room for some. */
const LONGEST_VERDICT = 1_500;
const LONGEST_ADVICE = 1_000;
const LONGEST_FOOTER = 1_000;
const LONGEST_NOTE = 400;
const FORM_TEXT = 3_500;
/** Of all text: for titles and notes of the last part that has room, and for what Slack counts beside texts. */
const RESERVE = 2_000;
/** What a Home tab has below its card. */
const HOME_BLOCKS = 1;
/** A part that would have less room says only that it is left out. */
const LEAST_ROOM = 200;

/** A card as a message or a Home tab. Pure, and never more than Slack takes. */
export function renderCard(card: Card, options: RenderOptions = {}): Rendered {
  const home = options.surface === 'home';
  const mark = MARKS[card.tone];
  const head: Block[] = [
    { type: 'header', text: plain(`${mark} ${line(card.title, LONGEST_TITLE)}`, HEADER_TEXT) },
    paragraph([rich(line(card.verdict, LONGEST_VERDICT), 'bold')]),
    ...mentionBlocks(options.mentions ?? []),
  ];
  const { blocks: end, keep } = renderEnd(card, options);
  const parts = renderParts(card.parts, {
    pictures: options.pictures ?? new Map(),
    blocks: (home ? VIEW_BLOCKS - HOME_BLOCKS : MESSAGE_BLOCKS) - head.length - end.length - 1,
    characters: MESSAGE_TEXT - RESERVE - textIn([...head, ...end]),
    tables: home || options.tables === false ? 0 : TABLES,
  });
  return {
    text: fallback(`${mark} ${line(card.title, LONGEST_TITLE)}: ${card.verdict}`, LONGEST_FALLBACK),
    blocks: [...head, ...parts, ...end],
    keep,
  };
}

interface Room {
  readonly pictures: ReadonlyMap<Chart, string>;
  blocks: number;
  characters: number;
  tables: number;
}

function renderParts(parts: readonly CardPart[], room: Room): Block[] {
  const blocks: Block[] = [];
  for (const [at, part] of parts.entries()) {
    const drawn = room.characters < LEAST_ROOM ? null : renderPart(part, room);
    if (drawn === null || drawn.length > room.blocks) {
      blocks.push(context(`… ${count(parts.length - at)} more parts of this answer are not shown.`));
      return blocks;
    }
    room.blocks -= drawn.length;
    room.characters -= textIn(drawn);
    if (drawn.some((block) => block.type === 'table')) room.tables -= 1;
    blocks.push(...drawn);
  }
  return blocks;
}

function renderPart(part: CardPart, room: Room): Block[] {
  switch (part.type) {
    case 'text':
      return [paragraph([rich(line(part.text, Math.min(TEXT, room.characters)))])];
    case 'facts':
      return renderFacts(part.facts, room.characters);
    case 'table':
      return renderTable(part, room);
    case 'chart':
      return [renderChart(part, room)];
    default:
      return part satisfies never;
  }
}

function renderFacts(facts: readonly Fact[], characters: number): Block[] {
  const elements: types.RichTextText[] = [];
  let left = characters - LEAST_ROOM / 2;
  let shown = 0;
  for (const { name, value, note } of facts.slice(0, MOST_FACTS)) {
    const [label, text] = [line(name, LONGEST_TITLE), line(value, LONGEST_FACT)];
    const remark = note === undefined || note === '' ? '' : line(note, LONGEST_FACT);
    left -= label.length + text.length + remark.length + 6;
    if (left < 0) break;
    if (shown > 0) elements.push(rich('\n'));
    elements.push(rich(/[.:!?]$/u.test(label) ? `${label} ` : `${label}: `, 'bold'), rich(text));
    if (remark !== '') elements.push(rich(`  ${remark}`, 'italic'));
    shown += 1;
  }
  const blocks: Block[] = elements.length === 0 ? [] : [paragraph(elements)];
  if (shown < facts.length) blocks.push(context(`… ${count(facts.length - shown)} more are not shown.`));
  return blocks;
}

function renderTable(table: Table, room: Room): Block[] {
  const title = table.title === null ? [] : [paragraph([rich(line(table.title, LONGEST_TITLE), 'bold')])];
  const drawn =
    room.tables > 0 ? drawTableBlock(table, room.characters) : drawSmallTable(table, room.characters);
  const notes = [...drawn.notes, ...(table.more === null ? [] : [table.more])];
  return [...title, drawn.block, ...notes.map((note) => context(note))];
}

function renderChart(chart: Chart, room: Room): Block {
  const picture = room.pictures.get(chart);
  if (picture === undefined) return drawChart(chart, room.characters);
  return {
    type: 'image',
    slack_file: { id: picture },
    alt_text: line(chart.alt, IMAGE_ALT),
    title: plain(chart.title, Math.min(IMAGE_TITLE, LONGEST_TITLE)),
  };
}

/** Elements of rich text, so that nobody else can be mentioned by what a text says. */
function mentionBlocks(mentions: readonly string[]): Block[] {
  const people = mentions.filter((id) => USER.test(id)).slice(0, MOST_MENTIONS);
  const elements = people.flatMap((id, at): types.RichTextElement[] => [
    ...(at === 0 ? [] : [rich(' ')]),
    { type: 'user', user_id: id },
  ]);
  return elements.length === 0 ? [] : [paragraph(elements)];
}

/** What stands after the parts: the next step, choices, and where figures come from. */
function renderEnd(card: Card, options: RenderOptions): { blocks: Block[]; keep: string[] } {
  const keep: string[] = [];
  const blocks: Block[] = [];
  if (card.advice !== null) blocks.push(paragraph([rich(`→ ${line(card.advice, LONGEST_ADVICE)}`)]));
  if (card.form !== null) blocks.push(...renderForm(card.form, keep));
  const share = options.share ?? null;
  const buttons = card.buttons
    .slice(0, MOST_BUTTONS)
    .map(({ label, command, asks }: Button, at) =>
      button(
        asks === undefined ? `${PRESS}:${at}` : writeTextAsk(at, asks),
        label,
        { command, audience: 'asker' },
        keep,
      ),
    );
  if (share !== null) buttons.push(button(`${PRESS}:share`, SHARE_LABEL, share, keep));
  if (buttons.length > 0) blocks.push({ type: 'actions', elements: buttons });
  const { askedBy = null } = options;
  const footer = [
    askedBy === null ? '' : `Asked by ${line(askedBy, LONGEST_TITLE)}`,
    card.footer ?? '',
  ].filter(Boolean);
  if (footer.length > 0) blocks.push(context(footer.join(' · '), LONGEST_FOOTER));
  return { blocks, keep };
}

function renderForm(form: Form, keep: string[]): Block[] {
  const blocks: Block[] = [];
  let left = FORM_TEXT;
  for (const { name, label, choices, value } of form.fields.slice(0, MOST_FIELDS)) {
    const options = choices
      .filter((choice) => choice.value !== '' && choice.value.length <= OPTION_VALUE)
      .slice(0, SELECT_OPTIONS)
      .map((choice) => ({ text: plain(choice.label, OPTION_TEXT), value: choice.value }))
      .filter(({ text }) => {
        left -= text.text.length;
        return left >= 0;
      });
    left -= LONGEST_TITLE;
    const initial = options.find((option) => option.value === value);
    // Slack refuses a menu without options.
    if (options.length === 0) continue;
    blocks.push({
      type: 'section',
      block_id: `${FIELD}:${name}`,
      text: plain(label, LONGEST_TITLE),
      accessory: {
        type: 'static_select',
        action_id: `${FIELD}:${name}`,
        placeholder: plain('Choose', PLACEHOLDER),
        options,
        ...(initial === undefined ? {} : { initial_option: initial }),
      },
    });
    if (options.length < choices.length)
      blocks.push(context(`… ${count(choices.length - options.length)} more choices are not shown.`));
  }
  blocks.push({
    type: 'actions',
    elements: [button(SUBMIT, form.submit, { command: form.command, audience: 'asker' }, keep)],
  });
  return blocks;
}

function button(id: string, label: string, press: Press, keep: string[]): types.Button {
  const written = writePress(press, BUTTON_VALUE);
  if (written.keep !== null) keep.push(written.keep);
  return { type: 'button', action_id: id, text: plain(label, BUTTON_TEXT), value: written.value };
}

function paragraph(elements: types.RichTextElement[]): Block {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}

function context(text: string, most = LONGEST_NOTE): Block {
  return { type: 'context', elements: [plain(text, most)] };
}

/** Characters of all text in blocks, as Slack counts them for a message. */
export function textIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + textIn(one), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, one]) =>
      sum + ((name === 'text' || name === 'alt_text') && typeof one === 'string' ? one.length : textIn(one)),
    0,
  );
}
