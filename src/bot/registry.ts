import type { Command } from './command.js';
import { about } from './commands/about.js';
import { alignment } from './commands/alignment.js';
import { claim } from './commands/claim.js';
import { domains } from './commands/domains.js';
import { failures } from './commands/failures.js';
import { helpOn } from './commands/help.js';
import { ingest } from './commands/ingest.js';
import { problems } from './commands/problems.js';
import { release } from './commands/release.js';
import { report } from './commands/report.js';
import { reporters } from './commands/reporters.js';
import { reports } from './commands/reports.js';
import { reprocess } from './commands/reprocess.js';
import { source } from './commands/source.js';
import { sources } from './commands/sources.js';
import { status } from './commands/status.js';
import { summary } from './commands/summary.js';
import { timeline } from './commands/timeline.js';

const questions = [
  summary,
  domains,
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
  claim,
  release,
  ingest,
  reprocess,
  about,
] as readonly Command[];

/** Every chat command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [...questions, helpOn(questions)];
