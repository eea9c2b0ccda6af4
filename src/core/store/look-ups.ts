import type { Session } from './session.js';

/** What is off where a statement has to look up in an index what it wants, and no more than it wants. */
const OTHER_WAYS = ['enable_hashjoin', 'enable_mergejoin', 'enable_material', 'enable_bitmapscan'];

/**
 * Runs a statement that picks few rows of a large table by their keys, so many at a time until all are done. Other ways,
 * to which a limit or a table that was never analysed misleads, would read everything there is each time.
 */
export async function byLookUps<Result>(session: Session, work: () => Promise<Result>): Promise<Result> {
  await session.run(OTHER_WAYS.map((setting) => `SET LOCAL ${setting} = off`).join('; '));
  const result = await work();
  await session.run(OTHER_WAYS.map((setting) => `SET LOCAL ${setting} TO DEFAULT`).join('; '));
  return result;
}
