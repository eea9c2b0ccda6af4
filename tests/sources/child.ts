import { createSpool } from '../../src/core/intake/spool.js';
import { DEFAULT_LIMITS } from '../../src/core/report/limits.js';
import { openDatabase } from '../../src/core/store/database.js';
import { createLog } from '../../src/log.js';
import type { SourceSetting } from '../../src/settings/sources.js';
import { startSources } from '../../src/sources/start.js';

/** A process that runs sources, to be killed: URL of the database, and settings as JSON. Says `started`. */
const [url = '', settings = '[]'] = process.argv.slice(2);
const db = await openDatabase({ connection: url });
const context = {
  tenant: 0,
  db,
  now: () => new Date(),
  log: createLog('error'),
  limits: DEFAULT_LIMITS,
  spool: createSpool(),
  claimAtOnce: true,
  keepFailureMail: false,
};
await startSources({ context }, JSON.parse(settings) as SourceSetting[]);
process.stdout.write('started\n');
