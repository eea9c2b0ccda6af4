import { z } from 'zod';

/** JSON Schema of an operation's input, as a client gives it. */
export interface InputSchema {
  readonly properties: Readonly<Record<string, object>>;
  readonly required: readonly string[];
  /** How many fields have to be given at least, whichever they are. */
  readonly minProperties: number;
}

const known = new WeakMap<z.ZodType, InputSchema>();

/** The fields of an input; what stands for no JSON, such as a stream, says nothing. */
export function inputSchema(input: z.ZodType): InputSchema {
  const found = known.get(input);
  if (found !== undefined) return found;
  const {
    properties = {},
    required = [],
    minProperties = 0,
  } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  const schema = { properties: properties as Readonly<Record<string, object>>, required, minProperties };
  known.set(input, schema);
  return schema;
}

export function inputNames(input: z.ZodType): string[] {
  return Object.keys(inputSchema(input).properties);
}
