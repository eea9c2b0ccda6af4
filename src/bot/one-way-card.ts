import type { Button, Card } from './card.js';
import { moment, type Moment } from './figures.js';
import type { OneWayChange, OneWayPost } from './one-way.js';
import { readWords, writeWords } from './words.js';

const MOST_COMMANDS = 6;
/** Name of the actor that no person is. */
const SYSTEM = 'dmarc-ops';

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

/** `acknowledged by Ada at 2026-01-30 14:05 UTC: we are on it`; what the system did, it did for no reason of its own. */
export function changeText({ kind, at, by, note }: OneWayChange, now: Moment): string {
  const said = `${kind}${by === SYSTEM ? '' : ` by ${by}`} at ${moment(at, now)}`;
  return note === null || note === '' ? said : `${said}: ${note}`;
}

/** A card for a message that nobody can change or press anything in, and that says so. Pure. */
export function standingCard({ card, subject }: OneWayPost): Card {
  const commands = commandsOf(card);
  const remark =
    subject === 'test'
      ? 'A message here cannot be changed.'
      : 'This message cannot be changed: news is a new message.';
  const act = commands.length === 0 ? '' : ` To act: ${commands.map(({ line }) => line).join(', ')}`;
  return {
    ...card,
    buttons: [],
    form: null,
    footer: [card.footer, `${remark}${act}`].filter((text) => text !== null).join(' · '),
  };
}
