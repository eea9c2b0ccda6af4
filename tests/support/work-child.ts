/** A process that works, as `dmarc-ops work` does, on the database of its first argument; says `ready` and runs on. */
import { createSpool } from '../../src/core/intake/spool.js';
import { DEFAULT_LIMITS } from '../../src/core/report/limits.js';
import { openDatabase } from '../../src/core/store/database.js';
import type { Context } from '../../src/core/operations/operation.js';
import { startTicks, type Tick } from '../../src/jobs/ticks.js';
import { createWake } from '../../src/jobs/wake.js';
import { startWorkers } from '../../src/jobs/workers.js';

const [url = '', what = 'work', due = ''] = process.argv.slice(2);
const db = await openDatabase({ connection: url });
const log = { info: () => {}, warn: () => {}, error: console.error, child: () => log };
const context: Context = {
  tenant: 0,
  db,
  actor: { id: 'test', name: 'tester', role: 'admin' },
  now: () => new Date(),
  log,
  limits: DEFAULT_LIMITS,
  spool: createSpool(),
  claimAtOnce: true,
  keepFailureMail: false,
};
const wake = createWake();

/** Says that it was run, where all processes see it. */
const told: Tick = {
  name: 'told',
  when: '0 0 1 1 *',
  atStart: true,
  expiresAfterSeconds: 60,
  work: async () => {
    await db.across((session) => session.rows(`SELECT ensure_tenant('told ' || gen_random_uuid())`));
  },
};
const part =
  what === 'ticks' ? await startTicks(context, wake, [told], new Date(due)) : startWorkers(context, wake);
process.once('SIGTERM', () => {
  void part.stop(10_000).then(() => db.close());
});
process.stdout.write('ready\n');
