import { inject } from 'vitest';
import { createSpool } from '../../src/core/intake/spool.js';
import type { Log } from '../../src/core/ingest/context.js';
import type { Context } from '../../src/core/operations/operation.js';
import { DEFAULT_LIMITS } from '../../src/core/report/limits.js';
import { openDatabase, type Database } from '../../src/core/store/database.js';
import { ensureTenant } from '../../src/core/store/tenants.js';
import { freshDatabase } from './database.js';

/** The moment at which tests take place, unless they move it. */
export const NOW = new Date('2026-03-15T12:00:00Z');

/** A log that says nothing. */
export const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {}, child: () => SILENT };

export interface TestSystem {
  readonly db: Database;
  readonly url: string;
  /** A context of the tenant of this name, with what is given in place of the usual. */
  context(tenant?: string, given?: Partial<Context>): Promise<Context>;
  close(): Promise<void>;
}

/** A database of its own, migrated when it was copied. */
export async function testSystem(): Promise<TestSystem> {
  const fresh = await freshDatabase(inject('migratedTemplate'));
  const db = await openDatabase({ connection: fresh.url });
  return {
    db,
    url: fresh.url,
    context: async (tenant = 'test', given = {}) => ({
      tenant: await db.across((session) => ensureTenant(session, tenant)),
      db,
      actor: { id: 'test', name: 'tester', role: 'admin' },
      now: () => NOW,
      log: SILENT,
      limits: DEFAULT_LIMITS,
      spool: createSpool(),
      claimAtOnce: true,
      keepFailureMail: false,
      ...given,
    }),
    close: async () => {
      await db.close();
      await fresh.drop();
    },
  };
}
