import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import knex from 'knex';
import type { Knex } from 'knex';
import type pg from 'pg';
import { isQueueUpToDate, migrateQueue, QUEUE_SCHEMA } from './queue-schema.js';

const FOLDER = new URL('../../../migrations/', import.meta.url);
/** Any constant of our own: the lock under which one process migrates while others wait. */
const LOCK = 0x646d6172;

export interface MigrateOptions {
  readonly connection: pg.ConnectionConfig;
  readonly schema: string;
  readonly note: (line: string) => void;
}

interface SqlFile {
  readonly name: string;
  readonly sql: string;
}

/** Brings the schema up to date: numbered SQL files, forward only, each in a transaction; safe to run at once. */
export async function migrate(owner: pg.Pool, options: MigrateOptions): Promise<void> {
  const files = await sqlFiles();
  if ((await isUpToDate(owner, options.schema, files)) && (await isQueueUpToDate(owner))) return;
  const runner = await owner.connect();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await runner.query(`CREATE SCHEMA IF NOT EXISTS ${options.schema}`);
    await migrateQueue(runner, options.note);
    await runWithKnex(files, options);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => {});
    runner.release();
  }
}

async function sqlFiles(): Promise<SqlFile[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(fileURLToPath(new URL(name, FOLDER)), 'utf8') })),
  );
}

/** The fast path of every start: one small query instead of Knex's several. */
async function isUpToDate(owner: pg.Pool, schema: string, files: readonly SqlFile[]): Promise<boolean> {
  const { rows: present } = await owner.query(
    `SELECT to_regclass('${schema}.migration') IS NOT NULL AS there`,
  );
  if (present[0]?.there !== true) return false;
  const { rows } = await owner.query<{ name: string }>(`SELECT name FROM ${schema}.migration`);
  const done = new Set(rows.map((row) => row.name));
  return files.every((file) => done.has(file.name));
}

async function runWithKnex(files: readonly SqlFile[], options: MigrateOptions): Promise<void> {
  const { schema, note } = options;
  const migrationSource: Knex.MigrationSource<SqlFile> = {
    getMigrations: () => Promise.resolve([...files]),
    getMigrationName: (file) => file.name,
    getMigration: (file) =>
      Promise.resolve({
        up: async (transaction: Knex) => {
          note(`migrating: ${file.name}`);
          const sql = file.sql.replaceAll('{{schema}}', schema).replaceAll('{{queue}}', QUEUE_SCHEMA);
          await transaction.raw(`SET LOCAL search_path = ${schema}, pg_catalog`);
          await transaction.raw(escapeBindings(sql));
        },
        down: () => Promise.reject(new Error('migrations go forward only')),
      }),
  };
  const db = knex({
    client: 'pg',
    connection: options.connection as Knex.PgConnectionConfig,
    pool: { min: 0, max: 2 },
  });
  try {
    await db.migrate.latest({ migrationSource, tableName: 'migration', schemaName: schema });
  } finally {
    await db.destroy();
  }
}

/** Knex reads `?` as a binding; SQL files have none. */
function escapeBindings(sql: string): string {
  return sql.replaceAll('?', '\\?');
}
