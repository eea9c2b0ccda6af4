import { OperationError } from './operation.js';

/** A place in a list as text that can be handed back; it says nothing that the list did not show. */
export function writeCursor(place: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Reads what writeCursor wrote. `shape` gives the kind of each part. Throws OperationError `cursor-invalid`. */
export function readCursor<Place extends readonly (string | number)[]>(
  cursor: string | undefined,
  shape: readonly ('string' | 'number')[],
): Place | null {
  if (cursor === undefined) return null;
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(place) &&
      place.length === shape.length &&
      place.every((part, at) => typeof part === shape[at])
    )
      return place as unknown as Place;
  } catch {
    // Told below, like every other cursor that this list did not make.
  }
  throw new OperationError(
    'cursor-invalid',
    'This cursor is not one that the list gave; leave it out to begin at the start.',
  );
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
