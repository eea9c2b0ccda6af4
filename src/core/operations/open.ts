import type { z } from 'zod';
import { checkInput } from './perform.js';
import type { SystemContext } from './operation.js';

/** Who comes, before it is known who they are. */
export interface Visitor {
  /** IP address. */
  readonly address: string;
}

/**
 * An operation that needs no role, because whoever brings the right secret may do it: sign-in and what belongs to it.
 * Each writes the audit itself, once it knows the tenant.
 */
export interface OpenOperation<Input extends z.ZodType = z.ZodType, Result = unknown> {
  readonly name: string;
  /** One line, in the imperative. */
  readonly summary: string;
  /** Fields with `.meta({ writeOnly: true })` are secrets. */
  readonly input: Input;
  run(system: SystemContext, input: z.output<Input>, visitor: Visitor): Promise<Result>;
}

/** Keeps the types of input and result together; the identity function otherwise. */
export function openOperation<Input extends z.ZodType, Result>(
  definition: OpenOperation<Input, Result>,
): OpenOperation<Input, Result> {
  return definition;
}

/** Runs an open operation. Throws InputError and what the operation throws. */
export async function performOpen<Input extends z.ZodType, Result>(
  operation: OpenOperation<Input, Result>,
  system: SystemContext,
  given: unknown,
  visitor: Visitor,
): Promise<Result> {
  return operation.run(system, checkInput(operation, given), visitor);
}
