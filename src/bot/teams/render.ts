import type { Card } from '../card.js';
import type { Answer, Audience } from '../platform.js';
import type { Press } from '../press.js';
import { buttonActions, formElements } from './actions.js';
import { type Element, line, MARKS, plain, STYLES } from './elements.js';
import { type Mentioned, mentionsOf } from './mentions.js';
import { type Measure, partElements, type Pictures } from './parts.js';

/**
 * Bytes of a message in UTF-16, with everything around the card: Teams takes about 100 KB, and 80 KB are safe.
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
 */
export const MOST_BYTES = 80_000;
/** Ids, names and addresses around the card. */
const AROUND_BYTES = 6_000;
const BYTES_OF_UNIT = 2;
/** The newest that Teams shows: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference */
const VERSION = '1.5';
const LONGEST_TITLE = 200;
const LONGEST_VERDICT = 1_000;
const LONGEST_SUMMARY = 300;

export interface RenderOptions {
  /** Charts that were drawn; the others are shown in characters. */
  readonly pictures?: Pictures;
  readonly share?: Press | null;
  readonly askedBy?: string | null;
  readonly audience?: Audience;
  /** Names this very card, in its buttons. */
  readonly key?: string;
  /** The conversation that was asked in, where the card may stand in another; for the button that shows it there. */
  readonly showIn?: string | null;
  /** A remark of the platform above the foot. */
  readonly remark?: string | null;
  /** People to be mentioned. */
  readonly mentions?: readonly Mentioned[];
  /** Bytes that the card may take, for what takes less than a bot's message; see bytesOf. */
  readonly mostBytes?: number;
}

export interface Rendered {
  /** The Adaptive Card. */
  readonly content: Element;
  /** What a notification says of it. */
  readonly summary: string;
  /** Command lines for Inbound.keep, before the card is sent. */
  readonly keep: readonly string[];
}

/** From all there is to hardly more than the verdict. */
const MEASURES: readonly Measure[] = [
  { rows: 25, facts: 40, parts: 20, text: 1_500, cell: 200, pictures: true },
  { rows: 12, facts: 20, parts: 20, text: 800, cell: 120, pictures: true },
  { rows: 6, facts: 15, parts: 10, text: 400, cell: 80, pictures: true },
  { rows: 25, facts: 40, parts: 20, text: 1_500, cell: 200, pictures: false },
  { rows: 12, facts: 20, parts: 20, text: 800, cell: 120, pictures: false },
  { rows: 5, facts: 10, parts: 8, text: 300, cell: 80, pictures: false },
  { rows: 1, facts: 5, parts: 3, text: 100, cell: 40, pictures: false },
  { rows: 0, facts: 0, parts: 0, text: 100, cell: 40, pictures: false },
];

/** A card as an Adaptive Card that fits into a message; what had to be left out is said in it. Pure. */
export function renderCard(card: Card, options: RenderOptions = {}): Rendered {
  const {
    share = null,
    audience = 'asker',
    key = '',
    showIn = null,
    mostBytes = MOST_BYTES - AROUND_BYTES,
  } = options;
  const { actions, keep } = buttonActions(card.buttons, share, audience, key, showIn);
  const summary = plain(`${MARKS[card.tone]} ${card.title}: ${card.verdict}`, LONGEST_SUMMARY);
  for (const measure of MEASURES) {
    const content = assemble(card, measure, options, actions);
    if (bytesOf(content) <= mostBytes) return { content, summary, keep };
  }
  // Only a form of its own can be so large, or very long labels.
  return { content: assemble({ ...card, parts: [], form: null }, NOTHING, options, []), summary, keep: [] };
}

const NOTHING: Measure = { rows: 0, facts: 0, parts: 0, text: 100, cell: 40, pictures: false };

/** Bytes that a payload takes in a message. */
export function bytesOf(payload: unknown): number {
  return JSON.stringify(payload).length * BYTES_OF_UNIT;
}

function assemble(
  card: Card,
  measure: Measure,
  options: RenderOptions,
  actions: readonly Element[],
): Element {
  const { pictures = new Map(), askedBy = null, audience = 'asker', key = '', remark = null } = options;
  const { element: mentions, entities } = mentionsOf(options.mentions ?? []);
  const left = card.parts.length - measure.parts;
  const body: Element[] = [
    verdict(card),
    ...mentions,
    ...card.parts.slice(0, measure.parts).flatMap((part) => partElements(part, measure, pictures)),
  ];
  if (left > 0)
    body.push(line(`… ${left} parts are not shown: the message would be too large.`, 100, { subtle: true }));
  if (card.advice !== null) body.push(line(`→ ${card.advice}`, measure.text, { bold: true }));
  if (card.form !== null) body.push(...formElements(card.form, audience, key));
  for (const foot of [remark, askedBy === null ? null : `Asked by ${askedBy}`, card.footer])
    if (foot !== null) body.push(line(foot, measure.text, { subtle: true, small: true }));
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: VERSION,
    // A table needs the width.
    msteams: { width: 'Full', ...(entities.length > 0 && { entities }) },
    fallbackText: 'This Teams is too old to show the answer; update it.',
    body,
    ...(actions.length === 0 ? {} : { actions }),
  };
}

function verdict({ title, tone, verdict: text }: Card): Element {
  return {
    type: 'Container',
    style: STYLES[tone],
    bleed: true,
    items: [
      line(`${MARKS[tone]} ${title}`, LONGEST_TITLE, { bold: true, large: true }),
      line(text, LONGEST_VERDICT),
    ],
  };
}

/** An answer's card, with what goes with it. */
export function renderAnswer(
  { card, audience, share, askedBy }: Answer,
  options: Pick<RenderOptions, 'pictures' | 'key' | 'remark' | 'showIn'> & { readonly shareable: boolean },
): Rendered {
  return renderCard(card, { ...options, audience, askedBy, share: options.shareable ? share : null });
}
