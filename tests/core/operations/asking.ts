import type { z } from 'zod';
import type { Context, Operation } from '../../../src/core/operations/operation.js';

/** Asks as a face does: what people gave goes through the schema. */
export function asking<Input extends z.ZodType, Result>(
  operation: Operation<Input, Result>,
  given: z.input<Input>,
  who: Context,
): Promise<Result> {
  return operation.run(who, operation.input.parse(given));
}

/** All pages of a list. */
export async function all<Item>(
  page: (cursor: string | undefined) => Promise<{ items: readonly Item[]; next: string | null }>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const { items: more, next } = await page(cursor);
    items.push(...more);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return items;
}
