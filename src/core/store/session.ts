import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** One transaction on one connection. Every store function takes one; who opened it decided the tenant. */
export interface Session {
  /** Rows of one statement with `$1`, `$2`, … BIGINT comes as number, DATE as `YYYY-MM-DD`. */
  rows<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** The only row. Throws when there is none. */
  row<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row>;
  /** Number of rows a statement changed. */
  run(sql: string, parameters?: readonly unknown[]): Promise<number>;
  /** Feeds `COPY … FROM STDIN` with text-format lines. */
  copy(sql: string, chunks: AsyncIterable<Buffer | string> | Iterable<Buffer | string>): Promise<void>;
}

/** Different statements that are prepared; more come from few callers who put numbers into them. */
const MOST_PREPARED = 500;
const names = new Map<string, string>();

/** The name under which a connection keeps a statement prepared; none for those beyond the bound. */
function nameOf(sql: string): { readonly name?: string } {
  const known = names.get(sql);
  if (known !== undefined) return { name: known };
  if (names.size >= MOST_PREPARED) return {};
  const name = `question_${names.size + 1}`;
  names.set(sql, name);
  return { name };
}

/** The session that speaks over a checked-out connection; `prepared` for statements that are asked again and again. */
export function sessionOn(client: PoolClient, prepared = false): Session {
  const rows = async <Row extends object>(
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> => {
    const name = prepared ? nameOf(sql) : {};
    return (await client.query<Row>({ text: sql, values: [...parameters], ...name })).rows;
  };
  return {
    rows,
    row: async <Row extends object>(sql: string, parameters: readonly unknown[] = []) => {
      const [row] = await rows<Row>(sql, parameters);
      if (row === undefined) throw new Error('a statement that always gives a row gave none');
      return row;
    },
    run: async (sql, parameters = []) =>
      (await client.query({ text: sql, values: [...parameters] })).rowCount ?? 0,
    copy: async (sql, chunks) => {
      await pipeline(Readable.from(chunks, { objectMode: false }), client.query(copyFrom(sql)));
    },
  };
}
