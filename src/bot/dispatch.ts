import { randomUUID } from 'node:crypto';
import { editDistance } from '../core/analysis/nearest.js';
import { dayOf } from '../core/analysis/range.js';
import { ExpectedError } from '../core/expected-error.js';
import { channelDefaults } from '../core/operations/chat/settings.js';
import type { Context } from '../core/operations/operation.js';
import { OperationError } from '../core/operations/operation.js';
import { admit, checkInput, InputError, performWithInput } from '../core/operations/perform.js';
import { adminNames } from '../core/operations/users.js';
import { explain, readArguments } from './arguments.js';
import { ask } from './ask.js';
import type { Button, Card } from './card.js';
import { interruptedCard, tooLateCard } from './cards/chat.js';
import {
  badInputCard,
  localOnlyCard,
  operationErrorCard,
  refusedCard,
  unexpectedCard,
  unknownCommandCard,
  withNewest,
} from './cards/trouble.js';
import type { Command } from './command.js';
import { withDefaultDomain, withWrittenDomain } from './default-domain.js';
import { momentFor, type Moment } from './figures.js';
import { findCommand } from './find.js';
import type { AnswerFile } from './platform.js';
import { readWords, writeWords } from './words.js';

/** A question as every platform hands it over: the words, and on whose behalf they are asked. */
export interface Request {
  readonly text: string;
  readonly context: Context;
  /** Whether the asker sits at the machine that runs this, and may name its files. */
  readonly local: boolean;
  /** Called right before something that changes anything, which is done where it says `now` alone. */
  readonly begin?: () => Promise<Begun>;
}

/** `before`: it was begun already and must not be again; `too-late`: whoever asked does not wait for it any more. */
export type Begun = 'now' | 'before' | 'too-late';

export interface Dispatched {
  readonly card: Card;
  /** Goes with the card; null for most. */
  readonly file: AnswerFile | null;
  /** Whether others of the channel may be shown it: an answer to a question that changes nothing. */
  readonly shareable: boolean;
}

type Input = Readonly<Record<string, unknown>>;

/** Answers a request with a card. Never throws: whatever happens becomes a card, the unexpected with an id. */
export async function dispatch(request: Request, commands: readonly Command[]): Promise<Dispatched> {
  const { context } = request;
  const plain = context.now();
  const read = readWords(request.text);
  if (read.error !== null) return told(badInputCard(null, read.error));

  const found = findCommand(commands, read.words, read.options, dayOf(plain));
  if (found.command === null) {
    const rest = writeWords(
      read.words.slice(1).map((word) => word.text),
      read.options,
    );
    return told(unknownCommandCard(found.word, found.nearest, rest));
  }
  const { command } = found;
  try {
    await admit(command.operation, context, request);
    const given = readArguments(command, found.words, read.options, dayOf(plain));
    if (given.error !== null) return told(badInputCard(command, given.error));
    const { domain, now } = await settingsOf(context, plain);
    const meant = withDefaultDomain(command, given.input, domain);
    return withWrittenDomain(await answer(command, meant, request, commands, now), commands, domain, now);
  } catch (error) {
    return told(await failureCard(command, error, context));
  }
}

/** The domain that is meant where none is given, and how times are written, by the channel where it is asked. */
export async function settingsOf(
  context: Context,
  now: Date,
): Promise<{ readonly domain: string | null; readonly now: Moment }> {
  if (context.chat === undefined) return { domain: null, now };
  const { domain, ...look } = await channelDefaults(context, context.tenant, context.chat);
  return { domain, now: momentFor(now, look) };
}

async function answer(
  command: Command,
  given: Input,
  request: Request,
  commands: readonly Command[],
  now: Moment,
): Promise<Dispatched> {
  const { operation } = command;
  try {
    if (operation.effect === 'changes' && request.begin !== undefined) {
      checkInput(operation, given);
      const begun = await request.begin();
      if (begun !== 'now') return told(begun === 'before' ? interruptedCard(command) : tooLateCard(command));
    }
    const { result, input } = await performWithInput(operation, request.context, given, request);
    return {
      card: command.card(result, input, now),
      file: command.file?.(result, input) ?? null,
      shareable: operation.effect === 'reads' && operation.role !== 'admin',
    };
  } catch (error) {
    if (error instanceof InputError) return told(badInputCard(command, explain(command, error)));
    if (!(error instanceof OperationError)) throw error;
    const buttons = suggestionButtons(command, given, error.suggestions);
    const card = operationErrorCard(failureTitle(command), error.message, buttons);
    if (error.look === null) return told(card);
    const { context, local } = request;
    const newest = await dispatch({ text: error.look, context, local }, commands);
    return told(withNewest(card, newest.card));
  }
}

function told(card: Card): Dispatched {
  return { card, file: null, shareable: false };
}

async function failureCard(command: Command, error: unknown, context: Context): Promise<Card> {
  const { actor, log } = context;
  if (error instanceof OperationError && error.code === 'not-allowed')
    return refusedCard(command, actor.role, command.operation.role, await adminsOf(context));
  if (error instanceof OperationError && error.code === 'local-only') return localOnlyCard(command);
  if (error instanceof ExpectedError) return operationErrorCard(failureTitle(command), error.message, []);
  const id = randomUUID().slice(0, 8);
  log.error('A command failed', { id, command: command.name, error });
  return unexpectedCard(failureTitle(command), id);
}

/** Who can grant a role; nobody is named where they cannot be looked up now. */
async function adminsOf(context: Context): Promise<readonly string[]> {
  try {
    return await adminNames(context);
  } catch (error) {
    context.log.warn('admins could not be looked up', { error });
    return [];
  }
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
