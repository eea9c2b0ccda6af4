import type { Session } from './session.js';

/**
 * Rows of one query in batches, from a cursor: the query goes on only as far as somebody asks for more, and all of it
 * sees the same moment.
 */
export async function* inBatches<Row extends object>(
  session: Session,
  sql: string,
  parameters: readonly unknown[],
  size: number,
): AsyncGenerator<Row[]> {
  await session.run(`DECLARE batches NO SCROLL CURSOR FOR ${sql}`, parameters);
  for (;;) {
    const rows = await session.rows<Row>(`FETCH ${size} FROM batches`);
    if (rows.length > 0) yield rows;
    if (rows.length < size) break;
  }
  await session.run('CLOSE batches');
}
