import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { inject } from 'vitest';

export interface FreshDatabase {
  /** A superuser's URL, for pg and for psql. */
  readonly url: string;
  readonly name: string;
  /** Removes the database. Throws when connections to it were left open: then the test, or what it tests, leaks. */
  drop(): Promise<void>;
}

/** How long a connection that was closed may still show. */
const CLOSING_MS = 1_000;

/** An own database, empty or a copy of `template`, on the server of this test run. */
export async function freshDatabase(template = 'template0'): Promise<FreshDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer((server) => server.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`));
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return { url: url.href, name, drop: () => dropDatabase(name) };
}

/** Runs statements in the server's own database, such as those on roles and databases. */
export async function onServer<Result>(work: (server: Client) => Promise<Result>): Promise<Result> {
  const client = new Client(inject('postgresUrl'));
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function dropDatabase(name: string): Promise<void> {
  const leaks = await onServer(async (server) => {
    const left = await openConnections(server, name);
    await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
    return left;
  });
  if (leaks.length > 0) throw new Error(`connections left open: ${leaks.join('; ')}`);
}

async function openConnections(server: Client, name: string): Promise<string[]> {
  const deadline = performance.now() + CLOSING_MS;
  for (;;) {
    const { rows } = await server.query<{ told: string }>(
      `SELECT format('%s, %s, last query: %s', application_name, state, query) AS told
         FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
      [name],
    );
    if (rows.length === 0 || performance.now() > deadline) return rows.map((row) => row.told);
    await sleep(10);
  }
}
