/** One transaction on one connection. Every store function takes one; who opened it decides the tenant. */
export interface Session {
  /** Rows of one statement. Parameters are `$1`, `$2`, …; BIGINT and NUMERIC sums come as numbers. */
  rows<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** Number of rows a statement changed. */
  run(sql: string, parameters?: readonly unknown[]): Promise<number>;
  /** Feeds `COPY … FROM STDIN` with text-format lines. */
  copy(sql: string, chunks: AsyncIterable<Buffer | string> | Iterable<Buffer | string>): Promise<void>;
}
