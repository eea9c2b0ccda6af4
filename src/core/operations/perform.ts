import type { z } from 'zod';
import { ExpectedError } from '../expected-error.js';
import { includesRole } from '../identity/role.js';
import { addAudit } from '../store/audit.js';
import { auditedInput, auditedRecord } from './audited.js';
import { OperationError, type Context, type Operation } from './operation.js';

/** What is known of the asker beside the actor. */
export interface Asker {
  /** Whether they sit at the machine that runs this, and may name its files. */
  readonly local: boolean;
}

export interface Performed<Input extends z.ZodType, Result> {
  readonly result: Result;
  /** As the schema let it through. */
  readonly input: z.output<Input>;
}

/** Input that the operation's schema does not take; a face may tell the issues in its own words. */
export class InputError extends ExpectedError {
  readonly issues: z.ZodError['issues'];

  constructor(operation: string, { issues }: z.ZodError) {
    const told = issues
      .slice(0, 3)
      .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
    super('input-invalid', `The input of ${operation} is not valid: ${told.join('; ')}.`);
    this.issues = issues;
  }
}

const FROM_ELSEWHERE: Asker = { local: false };
const DONE = 'done';

/**
 * Runs an operation for whoever asks: the one gate of all faces. Looks at the role, at whether it is for the local
 * operator or people alone, and at the input; what changes anything leaves a line in the audit, done or not. Throws
 * OperationError `not-allowed`, `local-only` or `people-only`, InputError, and what the operation throws.
 */
export async function perform<Input extends z.ZodType, Result>(
  operation: Operation<Input, Result>,
  context: Context,
  given: unknown,
  asker: Asker = FROM_ELSEWHERE,
): Promise<Result> {
  return (await performWithInput(operation, context, given, asker)).result;
}

/** The same for faces that tell the result together with what was asked. */
export async function performWithInput<Input extends z.ZodType, Result>(
  operation: Operation<Input, Result>,
  context: Context,
  given: unknown,
  asker: Asker = FROM_ELSEWHERE,
): Promise<Performed<Input, Result>> {
  await admit(operation, context, asker);
  const input = checkInput(operation, given);
  try {
    const result = await operation.run(context, input);
    if (operation.effect === 'changes') context.changed?.();
    await audit(operation, context, DONE, () => ({
      ...auditedInput(operation.input, input),
      ...auditedRecord(operation.changed?.(result) ?? {}),
    }));
    return { result, input };
  } catch (error) {
    const outcome = error instanceof ExpectedError ? error.code : 'unexpected';
    await audit(operation, context, outcome, () => auditedInput(operation.input, input));
    throw error;
  }
}

/**
 * Whether the asker may run the operation at all, before the input is looked at, so that nothing is learnt by
 * guessing. Throws OperationError `not-allowed`, `local-only` or `people-only`; who wanted to change something stands in the audit.
 */
export async function admit(operation: Operation, context: Context, asker: Asker): Promise<void> {
  const refusal = refusalOf(operation, context, asker);
  if (refusal === null) return;
  await audit(operation, context, refusal.code, () => ({}));
  throw refusal;
}

/** Reads what was given by the operation's schema. Throws InputError. */
export function checkInput<Input extends z.ZodType>(
  operation: Pick<Operation<Input>, 'name' | 'input'>,
  given: unknown,
): z.output<Input> {
  const parsed = operation.input.safeParse(given, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new InputError(operation.name, parsed.error);
}

function refusalOf(
  { name, role, local, personal }: Operation,
  { actor }: Context,
  asker: Asker,
): OperationError | null {
  if (!includesRole(actor.role, role))
    return new OperationError(
      'not-allowed',
      `${name} needs the role ${role}; yours is ${actor.role}. An admin of this workspace can grant it.`,
    );
  if (local === true && !asker.local)
    return new OperationError(
      'local-only',
      `${name} is for whoever sits at the machine that runs this service: ask it there, with dmarc-ops ${name}.`,
    );
  if (personal === true && actor.key === true)
    return new OperationError(
      'people-only',
      `${name} is for people, not for an API key: sign in and ask again, or ask with dmarc-ops ${name} at the machine that runs this service.`,
    );
  return null;
}

/** A line that cannot be written goes to the log: what was done is done, and the asker shall hear of it. */
async function audit(
  operation: Operation,
  context: Context,
  outcome: string,
  inputOf: () => Readonly<Record<string, unknown>>,
): Promise<void> {
  if (operation.effect !== 'changes') return;
  const { actor, tenant } = context;
  const line = {
    actorId: actor.id,
    actorName: actor.name,
    operation: operation.name,
    input: inputOf(),
    outcome,
  };
  try {
    await context.db.within(tenant, (session) => addAudit(session, tenant, { ...line, at: context.now() }));
  } catch (error) {
    context.log.error('a line of the audit could not be written', { tenant, ...line, error });
  }
}
