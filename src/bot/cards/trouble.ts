import type { Role } from '../../core/operations/operation.js';
import { ask } from '../ask.js';
import type { Button, Card } from '../card.js';
import type { Command } from '../command.js';

/** Words that no command is meant by, with the nearest names as buttons. */
export function unknownCommandCard(word: string, nearest: readonly string[], rest: string): Card {
  const shown = word.length > 60 ? `${word.slice(0, 60)}…` : word;
  const [first] = nearest;
  return {
    ...warning('Unknown command', `There is no command “${shown}”.`),
    advice: first === undefined ? 'help lists all commands.' : `Did you mean ${first}?`,
    buttons: [
      ...nearest.map((name) => ({ label: name, command: rest === '' ? name : `${name} ${rest}` })),
      { label: 'Help', command: 'help' },
    ],
  };
}

/** Words that cannot be read, or input that the operation does not take, with an example that works. */
export function badInputCard(command: Command | null, message: string): Card {
  const example = command?.examples[0];
  return {
    ...warning(command === null ? 'Not understood' : `Not understood: ${command.name}`, message),
    advice: example === undefined ? null : `For example: ${example}`,
    buttons:
      command === null ? HELP : [{ label: `Help on ${command.name}`, command: ask('help', [command.name]) }],
  };
}

/** An operation that is not for this person. `admins` are names of who can grant the role, some of them. */
export function refusedCard(command: Command, has: Role, needs: Role, admins: readonly string[]): Card {
  const who =
    admins.length === 0 ? 'An admin of this workspace can grant it' : `${orList(admins)} can grant it`;
  return {
    ...warning(
      `Not allowed: ${command.name}`,
      `${command.name} needs the role ${needs}; yours is ${has}. ${who}.`,
    ),
    tone: 'bad',
  };
}

/** An operation that names files of the machine, asked from elsewhere. */
export function localOnlyCard(command: Command): Card {
  return {
    ...warning(
      `Not here: ${command.name}`,
      `${command.name} names files of the machine that runs this service, so only its terminal may ask it.`,
    ),
    advice: `On that machine: dmarc-ops ${command.examples[0] ?? command.name}`,
  };
}

/** Trouble that people can mend, as the operation tells it. */
export function operationErrorCard(title: string, message: string, buttons: readonly Button[]): Card {
  return {
    ...warning(title, message),
    buttons,
  };
}

/** Why something was not done, above how it stands now and what can be done to it. */
export function withNewest(trouble: Card, newest: Card): Card {
  const { title, verdict, parts, advice, buttons, footer } = newest;
  return {
    ...trouble,
    parts: [{ type: 'text', text: `${title}. ${verdict}` }, ...parts],
    advice,
    buttons,
    footer,
  };
}

/** Something that should not happen: people see the id under which it was logged. */
export function unexpectedCard(title: string, id: string): Card {
  return {
    ...warning(title, `Something went wrong here; the log tells more under ${id}.`),
    tone: 'bad',
    advice: 'Try again; if it stays so, give that id to whoever runs this service.',
  };
}

function orList(names: readonly string[]): string {
  return names.length === 1 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}

const HELP: readonly Button[] = [{ label: 'Help', command: 'help' }];

function warning(title: string, verdict: string): Card {
  return { title, tone: 'warning', verdict, parts: [], advice: null, buttons: [], form: null, footer: null };
}
