/**
 * A process of its own that uses the embedded server, driven over its standard input: one JSON command a line, one
 * JSON answer a line.
 */
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { tryLock } from '../../src/core/store/embedded/lock.js';
import { openEmbedded, type Embedded, type EmbeddedOptions } from '../../src/core/store/embedded/open.js';

export type Command =
  | { readonly do: 'open'; readonly options: EmbeddedOptions }
  | { readonly do: 'query'; readonly sql: string }
  | { readonly do: 'leave' }
  | { readonly do: 'churn'; readonly options: EmbeddedOptions; readonly times: number }
  | { readonly do: 'connect'; readonly url: string }
  | { readonly do: 'lock'; readonly folder: string };

let server: Embedded | null = null;
const notes: string[] = [];

async function obey(command: Command): Promise<unknown> {
  switch (command.do) {
    case 'open': {
      const begun = performance.now();
      server = await openEmbedded({ ...command.options, note: (line) => notes.push(line) });
      return { url: server.url, dataFolder: server.dataFolder, notes, ms: performance.now() - begun };
    }
    case 'query':
      return query(server?.url ?? '', command.sql);
    case 'leave':
      return (await server?.leave()) ?? null;
    case 'churn': {
      for (let n = 0; n < command.times; n += 1) {
        const visit = await openEmbedded(command.options);
        await query(visit.url, 'INSERT INTO visits DEFAULT VALUES');
        await visit.leave();
      }
      return 'done';
    }
    case 'connect':
      return query(command.url, 'SELECT 1');
    case 'lock':
      return (await tryLock(command.folder)) !== null;
    default:
      throw new Error('no such command');
  }
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function told(error: unknown): { error: string; code: unknown } {
  return error instanceof Error
    ? { error: error.message, code: 'code' in error ? error.code : null }
    : { error: String(error), code: null };
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await obey(JSON.parse(line) as Command).then(
    (value) => ({ value }),
    (error: unknown) => told(error),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
