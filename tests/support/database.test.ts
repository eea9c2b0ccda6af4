import { Client } from 'pg';
import { expect, test } from 'vitest';
import { freshDatabase } from './database.js';

test('each fresh database is empty and its own', async () => {
  const [one, other] = await Promise.all([freshDatabase(), freshDatabase()]);
  const client = new Client(one.url);
  await client.connect();
  await client.query('CREATE TABLE only_here (n int)');
  await client.end();

  const elsewhere = new Client(other.url);
  await elsewhere.connect();
  const { rows } = await elsewhere.query("SELECT to_regclass('only_here') AS found");
  await elsewhere.end();

  expect(rows).toEqual([{ found: null }]);
  await Promise.all([one.drop(), other.drop()]);
});

test('a test that leaves a connection open fails when it drops its database', async () => {
  const database = await freshDatabase();
  const leak = new Client(database.url);
  leak.on('error', () => undefined);
  await leak.connect();

  await expect(database.drop()).rejects.toThrow('connections left open');
});
