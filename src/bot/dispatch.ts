import { randomUUID } from 'node:crypto';
import { editDistance } from '../core/analysis/nearest.js';
import { dayOf } from '../core/analysis/range.js';
import { ExpectedError } from '../core/expected-error.js';
import type { Context } from '../core/operations/operation.js';
import { OperationError } from '../core/operations/operation.js';
import { admit, InputError, performWithInput } from '../core/operations/perform.js';
import { explain, readArguments } from './arguments.js';
import { ask } from './ask.js';
import type { Button, Card } from './card.js';
import {
  badInputCard,
  localOnlyCard,
  operationErrorCard,
  refusedCard,
  unexpectedCard,
  unknownCommandCard,
} from './cards/trouble.js';
import type { Command } from './command.js';
import { findCommand } from './find.js';
import { readWords, writeWords } from './words.js';

/** A question as every platform hands it over: the words, and on whose behalf they are asked. */
export interface Request {
  readonly text: string;
  readonly context: Context;
  /** Whether the asker sits at the machine that runs this, and may name its files. */
  readonly local: boolean;
}

type Input = Readonly<Record<string, unknown>>;

/** Answers a request with a card. Never throws: whatever happens becomes a card, the unexpected with an id. */
export async function dispatch(request: Request, commands: readonly Command[]): Promise<Card> {
  const { context } = request;
  const now = context.now();
  const read = readWords(request.text);
  if (read.error !== null) return badInputCard(null, read.error);

  const found = findCommand(commands, read.words, read.options, dayOf(now));
  if (found.command === null) {
    const rest = writeWords(
      read.words.slice(1).map((word) => word.text),
      read.options,
    );
    return unknownCommandCard(found.word, found.nearest, rest);
  }
  const { command } = found;
  const { operation } = command;
  try {
    await admit(operation, context, request);
    const given = readArguments(command, found.words, read.options, dayOf(now));
    if (given.error !== null) return badInputCard(command, given.error);
    return await answer(command, given.input, request, now);
  } catch (error) {
    return failureCard(command, error, context);
  }
}

async function answer(command: Command, given: Input, request: Request, now: Date): Promise<Card> {
  try {
    const { result, input } = await performWithInput(command.operation, request.context, given, request);
    return command.card(result, input, now);
  } catch (error) {
    if (error instanceof InputError) return badInputCard(command, explain(command, error));
    if (!(error instanceof OperationError)) throw error;
    return operationErrorCard(
      failureTitle(command),
      error.message,
      suggestionButtons(command, given, error.suggestions),
    );
  }
}

function failureCard(command: Command, error: unknown, { actor, log }: Context): Card {
  if (error instanceof OperationError && error.code === 'not-allowed')
    return refusedCard(command, actor.role, command.operation.role);
  if (error instanceof OperationError && error.code === 'local-only') return localOnlyCard(command);
  if (error instanceof ExpectedError) return operationErrorCard(failureTitle(command), error.message, []);
  const id = randomUUID().slice(0, 8);
  log.error('A command failed', { id, command: command.name, error });
  return unexpectedCard(failureTitle(command), id);
}

function failureTitle({ name, operation }: Command): string {
  return operation.effect === 'reads' ? `No answer: ${name}` : `Not done: ${name}`;
}

/** The same question with what was likely meant in the place of what was written. */
function suggestionButtons(command: Command, given: Input, suggestions: readonly string[]): Button[] {
  return suggestions.map((suggestion) => ({
    label: suggestion,
    command: rewrite(command, given, suggestion),
  }));
}

function rewrite(command: Command, given: Input, suggestion: string): string {
  const texts = Object.entries(given).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' && entry[0] !== 'from' && entry[0] !== 'to',
  );
  const far = suggestion.length + 300;
  const [meant] = texts.toSorted(
    (a, b) => editDistance(a[1], suggestion, far) - editDistance(b[1], suggestion, far),
  );
  const input: Input = meant === undefined ? given : { ...given, [meant[0]]: suggestion };
  const words: string[] = [];
  const rest = new Map(Object.entries(input));
  for (const name of command.positional) {
    const value = input[name];
    if (typeof value !== 'string') break;
    words.push(value);
    rest.delete(name);
  }
  return ask(command.name, words, Object.fromEntries(rest));
}
