import { isIP } from 'node:net';
import { z } from 'zod';
import { dayField, storableText } from './fields.js';
import { OperationError } from './operation.js';

/** What places are made of, as narrow as the columns that they are compared with: anybody may write a cursor. */
export const placeShapes = {
  /** A number of rows or messages; sums may be larger than any single count. */
  amount: z.number().nonnegative().refine(Number.isInteger),
  /** BIGINT that JavaScript holds exactly. */
  id: z.int().nonnegative(),
  /** INTEGER. */
  ordinal: z.int32().nonnegative(),
  day: dayField,
  name: storableText(z.string().max(300)),
  /** A canonical address; empty for rows that name none. */
  address: z.string().refine((text) => text === '' || (isIP(text) !== 0 && !text.includes('%'))),
} as const;

/** A place in a list as text that can be handed back; it says nothing that the list did not show. */
export function writeCursor(place: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Reads what writeCursor wrote, in the shape that the list has. Throws OperationError `cursor-invalid`. */
export function readCursor<Place extends z.ZodType>(
  cursor: string | undefined,
  shape: Place,
): z.output<Place> | null {
  if (cursor === undefined) return null;
  const place = shape.safeParse(parsed(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (place.success) return place.data;
  throw new OperationError(
    'cursor-invalid',
    'This cursor is not one that the list gave; leave it out to begin at the start.',
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** The page proper and the cursor of the next one, from rows fetched with one more than `limit`. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  place: (row: Row) => readonly (string | number | null)[],
): { readonly items: readonly Row[]; readonly next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? writeCursor(place(last)) : null };
}
