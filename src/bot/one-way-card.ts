import type { Button, Card, CardPart } from './card.js';
import { moment, type Moment } from './figures.js';
import type { OneWayChange, OneWayPost } from './one-way.js';
import { readWords, writeWords } from './words.js';

const MOST_COMMANDS = 6;

/** Where a button stands in words: its label, and the line to be written. */
export interface WrittenCommand {
  readonly label: string;
  readonly line: string;
}

/** What the buttons of a card stand for, where nothing can be pressed. */
export function commandsOf({ buttons }: Card): readonly WrittenCommand[] {
  return buttons.slice(0, MOST_COMMANDS).map((button) => ({ label: button.label, line: lineOf(button) }));
}

function lineOf({ command, asks }: Button): string {
  const read = readWords(command);
  if (asks === undefined || asks.optional || read.error !== null) return `/dmarc ${command}`;
  const words = read.words.map(({ text }) => text);
  return `/dmarc ${writeWords(words, [...read.options, { name: asks.name, value: '…' }])}`;
}

/** `acknowledged by Ada at 2026-01-30 14:05 UTC: we are on it`. */
export function changeText({ kind, at, by, note }: OneWayChange, now: Moment): string {
  const said = `${kind} by ${by} at ${moment(at, now)}`;
  return note === null || note === '' ? said : `${said}: ${note}`;
}

/**
 * A card for a message that nobody can change or press anything in, and that says so. The first is whole; what follows
 * says what changed, and no more. Pure.
 */
export function standingCard({ card, change, before, subject }: OneWayPost, now: Moment): Card {
  const commands = commandsOf(card);
  const remark =
    subject === 'test'
      ? 'A message here cannot be changed.'
      : 'This message cannot be changed: news is a new message.';
  const news = change === null ? [] : [textPart(sentence(changeText(change, now)))];
  const act = commands.length === 0 ? '' : ` To act: ${commands.map(({ line }) => line).join(', ')}`;
  return {
    ...card,
    parts: before === null ? card.parts : news,
    buttons: [],
    form: null,
    footer: [card.footer, `${remark}${act}`].filter((text) => text !== null).join(' · '),
  };
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`.replace(/([.!?…])\.$/u, '$1');
}

function textPart(text: string): CardPart {
  return { type: 'text', text };
}
