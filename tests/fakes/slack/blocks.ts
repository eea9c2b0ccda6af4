import { LIMITS } from './limits.js';
import type { Block } from './state.js';

export type Surface = 'message' | 'modal' | 'home';

type Fields = Readonly<Record<string, unknown>>;

/** Block types by where they may stand (docs.slack.dev/reference/block-kit/blocks). */
const ALLOWED: Readonly<Record<Surface, readonly string[]>> = {
  message: ['header', 'section', 'rich_text', 'context', 'actions', 'image', 'table', 'divider'],
  home: ['header', 'section', 'rich_text', 'context', 'actions', 'image', 'divider', 'input'],
  modal: ['header', 'section', 'rich_text', 'context', 'actions', 'image', 'divider', 'input'],
};
const FILE_ID = /^F[A-Z0-9]{8,}$/u;

/** What Slack would say of blocks that it refuses; empty for those that it takes. */
export function blockProblems(
  blocks: unknown,
  surface: Surface,
  showable: (file: string) => boolean,
): string[] {
  if (!Array.isArray(blocks)) return ['blocks must be an array'];
  const problems: string[] = [];
  const most = surface === 'message' ? LIMITS.messageBlocks : LIMITS.viewBlocks;
  if (blocks.length > most) problems.push(`no more than ${most} items allowed [json-pointer:/blocks]`);
  const ids = new Set<string>();
  for (const [at, block] of (blocks as Block[]).entries()) {
    const say = (problem: string) => problems.push(`${problem} [json-pointer:/blocks/${at}]`);
    const { block_id: id } = block;
    if (id !== undefined && (typeof id !== 'string' || id.length > LIMITS.id)) say('block_id too long');
    if (typeof id === 'string' && ids.has(id)) say('block_id already exists');
    if (typeof id === 'string') ids.add(id);
    if (ALLOWED[surface].includes(block.type)) checkBlock(block, say, showable);
    else say(`unsupported type: ${block.type}`);
  }
  const tables = (blocks as Block[]).filter(({ type }) => type === 'table');
  if (tables.length > LIMITS.tables) problems.push('only_one_table_allowed');
  return problems;
}

function checkBlock(block: Block, say: (problem: string) => void, showable: (file: string) => boolean): void {
  switch (block.type) {
    case 'header':
      return checkText(block['text'], LIMITS.header, say, ['plain_text']);
    case 'section': {
      const fields = block['fields'] as unknown[] | undefined;
      if (block['text'] === undefined && fields === undefined) say('must have text or fields');
      if (block['text'] !== undefined) checkText(block['text'], LIMITS.textObject, say);
      if (fields !== undefined && fields.length > LIMITS.sectionFields) say('no more than 10 fields');
      for (const field of fields ?? []) checkText(field, LIMITS.field, say);
      if (block['accessory'] !== undefined) checkElement(block['accessory'] as Fields, say);
      return;
    }
    case 'context': {
      const elements = block['elements'] as Fields[];
      if (elements.length === 0 || elements.length > LIMITS.contextElements) say('1 to 10 elements');
      for (const element of elements) checkText(element, LIMITS.textObject, say);
      return;
    }
    case 'actions': {
      const elements = block['elements'] as Fields[];
      if (elements.length === 0 || elements.length > LIMITS.actionElements) say('1 to 25 elements');
      const ids = elements.map((element) => element['action_id']);
      if (new Set(ids).size < ids.length) say('action_id already exists');
      for (const element of elements) checkElement(element, say);
      return;
    }
    case 'image': {
      const { alt_text: alt, image_url: url, title, slack_file: file } = block as Fields;
      if (typeof alt !== 'string' || alt === '' || alt.length > LIMITS.alt)
        say('alt_text of 1 to 2000 characters');
      if (title !== undefined) checkText(title, LIMITS.imageTitle, say, ['plain_text']);
      if ((url === undefined) === (file === undefined)) say('image_url or slack_file');
      if (typeof url === 'string' && url.length > LIMITS.imageUrl) say('image_url too long');
      if (file !== undefined) {
        const { id = '' } = file as { readonly id?: string };
        if (!FILE_ID.test(id)) say(`input must match regex pattern: ${FILE_ID.source}`);
        else if (!showable(id)) say('invalid slack file');
      }
      return;
    }
    case 'table':
      return checkTable(block, say);
    case 'rich_text':
      return checkRich(block, say);
    case 'input':
      checkText(block['label'], LIMITS.inputLabel, say, ['plain_text']);
      return checkElement(block['element'] as Fields, say);
    default:
  }
}

function checkText(
  text: unknown,
  most: number,
  say: (problem: string) => void,
  types: readonly string[] = ['plain_text', 'mrkdwn'],
): void {
  const { type = '', text: said } = (text ?? {}) as { readonly type?: string; readonly text?: unknown };
  if (!types.includes(type)) say(`must be ${types.join(' or ')}`);
  if (typeof said !== 'string' || said === '') say('must be more than 0 characters');
  else if (said.length > most) say(`must be less than ${most + 1} characters`);
}

function checkElement(element: Fields, say: (problem: string) => void): void {
  const { action_id: id, type } = element;
  if (typeof id !== 'string' || id === '' || id.length > LIMITS.id) say('action_id of 1 to 255 characters');
  if (type === 'button') {
    checkText(element['text'], LIMITS.buttonText, say, ['plain_text']);
    if (typeof element['value'] === 'string' && element['value'].length > LIMITS.buttonValue)
      say('value too long');
    return;
  }
  if (type === 'plain_text_input') {
    const most = element['max_length'];
    if (most !== undefined && !(Number(most) >= 1 && Number(most) <= LIMITS.inputText))
      say(`max_length of 1 to ${LIMITS.inputText}`);
    return;
  }
  if (element['placeholder'] !== undefined)
    checkText(element['placeholder'], LIMITS.placeholder, say, ['plain_text']);
  if (type === 'external_select') return;
  if (type !== 'static_select') return say(`unsupported element: ${String(type)}`);
  const options = element['options'] as Fields[];
  if (options.length === 0 || options.length > LIMITS.options) say('1 to 100 options');
  checkOptions(options, say);
  const initial = element['initial_option'];
  if (initial !== undefined && !options.some((option) => JSON.stringify(option) === JSON.stringify(initial)))
    say('initial_option must be one of the options');
}

export function checkOptions(options: readonly Fields[], say: (problem: string) => void): void {
  for (const option of options) {
    checkText(option['text'], LIMITS.optionText, say);
    const value = option['value'];
    if (typeof value !== 'string' || value === '' || value.length > LIMITS.optionValue)
      say('option value too long');
  }
}

function checkTable(block: Block, say: (problem: string) => void): void {
  const rows = block['rows'] as Fields[][];
  if (rows.length === 0 || rows.length > LIMITS.tableRows) say('1 to 100 rows');
  if (rows.some((row) => row.length === 0 || row.length > LIMITS.tableColumns)) say('1 to 20 cells in a row');
  if (((block['column_settings'] ?? []) as unknown[]).length > LIMITS.tableColumns)
    say('at most 20 column settings');
  let characters = 0;
  for (const cell of rows.flat()) {
    const { type, text } = cell;
    if (type !== 'raw_text' || typeof text !== 'string' || text === '')
      say('cells must be raw_text of 1 character or more');
    else characters += text.length;
  }
  if (characters > LIMITS.tableText)
    say(`a table's cells have at most ${LIMITS.tableText} characters in all`);
}

const RICH = ['rich_text_section', 'rich_text_preformatted', 'rich_text_list', 'rich_text_quote'];

function checkRich(block: Block, say: (problem: string) => void): void {
  const elements = block['elements'] as { readonly type: string; readonly elements?: readonly Fields[] }[];
  if (!Array.isArray(elements) || elements.length === 0) return say('rich_text needs elements');
  for (const { type, elements: inner = [] } of elements) {
    if (!RICH.includes(type)) say(`unsupported rich text: ${type}`);
    if (inner.length === 0) say('rich text needs elements');
    for (const { type: kind, text } of inner)
      if (kind === 'text' && (typeof text !== 'string' || text === '')) say('rich text must not be empty');
  }
}

/** Characters of all texts in blocks. */
export function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + textLength(one), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, one]) =>
      sum +
      (typeof one === 'string' ? (name === 'text' || name === 'alt_text' ? one.length : 0) : textLength(one)),
    0,
  );
}
