import type { z } from 'zod';
import type { AllowedAddresses } from '../alert/channel-address.js';
import { ExpectedError } from '../expected-error.js';
import { ROLES, type Role } from '../identity/role.js';
import type { IngestContext } from '../ingest/context.js';
import type { ChatHere } from './chat/here.js';
import type { SourcesHere } from './sources-here.js';

export { ROLES, type Role };

/** Who asks. The command line and the terminal act as the local operator, who is admin. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Id of the user who acts, or whose key does; absent for the local operator and for keys of theirs. */
  readonly user?: number;
  /** Id of the sign-in by which a user acts; absent for keys. */
  readonly session?: string;
  /** Whether an API key acts, and no person who is here. */
  readonly key?: true;
}

/** Whom we serve, who asks, and the clock. There is no other global state. */
export interface Context extends IngestContext {
  readonly actor: Actor;
  /** Absent where nobody can have a source looked at from here. */
  readonly sources?: SourcesHere;
  /** Where in a chat it is asked; absent elsewhere. */
  readonly chat?: ChatHere;
  /** Addresses of webhooks that the operator allows beyond what is allowed anyway. */
  readonly webhooks?: AllowedAddresses;
  /** Told when an operation changed something, so that this process can say so to channels at once. */
  readonly changed?: () => void;
}

/** A context before it is known who asks and for whom: at sign-in, and where a token is looked at. */
export type SystemContext = Omit<Context, 'tenant' | 'actor'>;

/**
 * Everything the system can do is one operation; chat commands, API routes and command-line verbs are its faces
 * and hold no logic. `run` gets input that the schema has let through and throws OperationError for trouble
 * that people can mend.
 */
export interface Operation<Input extends z.ZodType = z.ZodType, Result = unknown> {
  readonly name: string;
  /** One line, in the imperative, for help texts. */
  readonly summary: string;
  /** The least role that may run it. */
  readonly role: Role;
  /** Whether it changes anything (an API face makes it POST, an audit line is written). */
  readonly effect: 'reads' | 'changes';
  /** Names files of this machine, so that only its local operator may run it; false when absent. */
  readonly local?: boolean;
  /** For people who are here, never for an API key: what a found key did must not outlive its end. False when absent. */
  readonly personal?: boolean;
  /** Fields with `.meta({ writeOnly: true })` are secrets: the audit leaves them out. */
  readonly input: Input;
  run(context: Context, input: z.output<Input>): Promise<Result>;
  /** What the audit says beside the input, such as the role that a user had before. Stands after run, whose result it takes. */
  changed?(result: Result): Readonly<Record<string, unknown>>;
}

/** Keeps the types of input and result together; the identity function otherwise. */
export function operation<Input extends z.ZodType, Result>(
  definition: Operation<Input, Result>,
): Operation<Input, Result> {
  return definition;
}

/** Trouble that the asker can mend, with what was likely meant. */
export class OperationError extends ExpectedError {
  /** Nearest first: a face may offer these as buttons. */
  readonly suggestions: readonly string[];
  /** The question whose answer shows how it stands, such as `alert 17`: a face may ask it at once. null for none. */
  readonly look: string | null;

  constructor(
    code: string,
    message: string,
    suggestions: readonly string[] = [],
    look: string | null = null,
  ) {
    super(code, message);
    this.suggestions = suggestions;
    this.look = look;
  }
}
