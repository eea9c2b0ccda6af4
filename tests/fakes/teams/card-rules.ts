import { CARD_VERSIONS, MOST_PICTURE_BYTES } from './limits.js';

/** What is wrong with an Adaptive Card for Teams, by rules of our own; null for a good one. */
export function wrongWithCard(card: unknown): string | null {
  if (!isObject(card) || card['type'] !== 'AdaptiveCard') return 'no Adaptive Card';
  if (!CARD_VERSIONS.includes(String(card['version'])))
    return `version ${String(card['version'])} is not shown by Teams`;
  const ids = new Set<string>();
  return (
    [...walk(card)].map((element) => wrongWithElement(element, ids)).find((wrong) => wrong !== null) ?? null
  );
}

/** All objects of a card that have a type, the outer first. */
export function* walk(value: unknown): Generator<Record<string, unknown>> {
  if (Array.isArray(value)) for (const one of value) yield* walk(one);
  if (!isObject(value)) return;
  if (typeof value['type'] === 'string') yield value;
  for (const [name, one] of Object.entries(value)) if (name !== 'data') yield* walk(one);
}

const ELEMENTS: ReadonlySet<string> = new Set([
  'AdaptiveCard',
  'TextBlock',
  'RichTextBlock',
  'TextRun',
  'Image',
  'Container',
  'ColumnSet',
  'Column',
  'FactSet',
  'Table',
  'TableRow',
  'TableCell',
  'ActionSet',
  'mention',
  'Input.ChoiceSet',
  'Input.Text',
  'Action.Execute',
  'Action.Submit',
  'Action.OpenUrl',
  'Action.ShowCard',
]);

function wrongWithElement(element: Record<string, unknown>, ids: Set<string>): string | null {
  const type = String(element['type']);
  if (!ELEMENTS.has(type)) return `unknown element ${type}`;
  if (type === 'TextRun' && (typeof element['text'] !== 'string' || element['text'] === ''))
    return 'an empty run';
  if (type === 'RichTextBlock' && !isFilled(element['inlines'])) return 'a block without runs';
  if (type === 'Container' && !isFilled(element['items'])) return 'an empty container';
  if (type === 'Table') return wrongWithTable(element);
  if (type === 'Image') return wrongWithImage(element);
  if (type.startsWith('Input.')) {
    const id = String(element['id']);
    if (ids.has(id)) return `two inputs are called ${id}`;
    ids.add(id);
  }
  if (type === 'Input.Text' && typeof element['label'] !== 'string')
    return 'a field for text without a label';
  if (
    type === 'Action.ShowCard' &&
    (!isObject(element['card']) || element['card']['type'] !== 'AdaptiveCard')
  )
    return 'an Action.ShowCard without a card';
  if (type === 'mention') return wrongWithMention(element);
  if (type.startsWith('Action.') && (typeof element['title'] !== 'string' || element['title'] === ''))
    return 'an action without a title';
  if (type === 'Action.Execute' && typeof element['verb'] !== 'string')
    return 'an Action.Execute without a verb';
  return null;
}

/** https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards */
function wrongWithMention({ text, mentioned }: Record<string, unknown>): string | null {
  if (typeof text !== 'string' || !/^<at>[^<>]+<\/at>$/u.test(text)) return 'a mention without its text';
  if (!isObject(mentioned) || typeof mentioned['id'] !== 'string' || typeof mentioned['name'] !== 'string')
    return 'a mention of nobody';
  return null;
}

function wrongWithTable({ columns, rows }: Record<string, unknown>): string | null {
  if (!Array.isArray(columns) || !Array.isArray(rows)) return 'a table without columns or rows';
  const uneven = rows.some(
    (row) => !isObject(row) || !Array.isArray(row['cells']) || row['cells'].length !== columns.length,
  );
  return uneven ? 'a row with other cells than columns' : null;
}

function wrongWithImage({ url }: Record<string, unknown>): string | null {
  if (typeof url !== 'string') return 'an image without an address';
  const data = /^data:image\/(?:png|jpeg|gif);base64,([A-Za-z0-9+/]+=*)$/u.exec(url)?.[1];
  if (data !== undefined)
    return Buffer.from(data, 'base64').length > MOST_PICTURE_BYTES ? 'an image over 1 MB' : null;
  return url.startsWith('https://') ? null : 'an image that is neither https nor data';
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
