import { claim, domains, release } from './domains.js';
import { ingest } from './ingest.js';
import { problems, status } from './intake.js';
import type { Operation } from './operation.js';
import { report, reporters, reports } from './reports.js';
import { reprocess } from './reprocess.js';
import { alignment, failures, timeline } from './series.js';
import { source, sources } from './sources.js';
import { summary } from './summary.js';

/** Everything the system can do, in the order in which help lists it. */
export const OPERATIONS: readonly Operation[] = [
  summary,
  domains,
  claim,
  release,
  sources,
  source,
  timeline,
  alignment,
  failures,
  reporters,
  reports,
  report,
  problems,
  status,
  ingest,
  reprocess,
] as readonly Operation[];
