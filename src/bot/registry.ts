import type { Command } from './command.js';
import { about } from './commands/about.js';
import { acknowledge } from './commands/acknowledge.js';
import { alert } from './commands/alert.js';
import { alerts } from './commands/alerts.js';
import { alignment } from './commands/alignment.js';
import { assign } from './commands/assign.js';
import { audit } from './commands/audit.js';
import { channelAdd } from './commands/channel-add.js';
import { channelRemove } from './commands/channel-remove.js';
import { channelResume } from './commands/channel-resume.js';
import { channelSet } from './commands/channel-set.js';
import { channelTest } from './commands/channel-test.js';
import { channels } from './commands/channels.js';
import { chart } from './commands/chart.js';
import { claim } from './commands/claim.js';
import { deadLetters } from './commands/dead-letters.js';
import { digestAdd } from './commands/digest-add.js';
import { digestPreview } from './commands/digest-preview.js';
import { digestRemove } from './commands/digest-remove.js';
import { digestSet } from './commands/digest-set.js';
import { digests } from './commands/digests.js';
import { domains } from './commands/domains.js';
import { exportCommand } from './commands/export.js';
import { failures } from './commands/failures.js';
import { fetch } from './commands/fetch.js';
import { helpOn } from './commands/help.js';
import { ingest } from './commands/ingest.js';
import { intake } from './commands/intake.js';
import { keyCreate } from './commands/key-create.js';
import { keyRevoke } from './commands/key-revoke.js';
import { keys } from './commands/keys.js';
import { link } from './commands/link.js';
import { linkCode } from './commands/link-code.js';
import { note } from './commands/note.js';
import { ours } from './commands/ours.js';
import { problems } from './commands/problems.js';
import { redrive } from './commands/redrive.js';
import { release } from './commands/release.js';
import { reopen } from './commands/reopen.js';
import { report } from './commands/report.js';
import { reporters } from './commands/reporters.js';
import { reports } from './commands/reports.js';
import { reprocess } from './commands/reprocess.js';
import { resolve } from './commands/resolve.js';
import { retention } from './commands/retention.js';
import { retentionSet } from './commands/retention-set.js';
import { rotateSigningKey } from './commands/rotate-signing-key.js';
import { rule } from './commands/rule.js';
import { ruleCreate } from './commands/rule-create.js';
import { ruleDisable } from './commands/rule-disable.js';
import { ruleEnable } from './commands/rule-enable.js';
import { ruleRemove } from './commands/rule-remove.js';
import { ruleSet } from './commands/rule-set.js';
import { rules } from './commands/rules.js';
import { rulesTest } from './commands/rules-test.js';
import { settings } from './commands/settings.js';
import { settingsSet } from './commands/settings-set.js';
import { share } from './commands/share.js';
import { snooze } from './commands/snooze.js';
import { source } from './commands/source.js';
import { sources } from './commands/sources.js';
import { status } from './commands/status.js';
import { summary } from './commands/summary.js';
import { suppress } from './commands/suppress.js';
import { suppressions } from './commands/suppressions.js';
import { task } from './commands/task.js';
import { tasks } from './commands/tasks.js';
import { timeline } from './commands/timeline.js';
import { unacknowledge } from './commands/unacknowledge.js';
import { unlink } from './commands/unlink.js';
import { unsuppress } from './commands/unsuppress.js';
import { upload } from './commands/upload.js';
import { userCreate } from './commands/user-create.js';
import { userDisable } from './commands/user-disable.js';
import { userEnable } from './commands/user-enable.js';
import { userReset } from './commands/user-reset.js';
import { userRole } from './commands/user-role.js';
import { users } from './commands/users.js';
import { whoamiOf } from './commands/whoami.js';
import { why } from './commands/why.js';
import { workspaceRelease } from './commands/workspace-release.js';
import { workspaces } from './commands/workspaces.js';

const questions = [
  summary,
  domains,
  sources,
  source,
  timeline,
  chart,
  alignment,
  failures,
  reporters,
  reports,
  report,
  problems,
  status,
  alerts,
  alert,
  acknowledge,
  unacknowledge,
  resolve,
  reopen,
  snooze,
  assign,
  note,
  ours,
  suppress,
  suppressions,
  unsuppress,
  rules,
  rule,
  ruleSet,
  ruleCreate,
  ruleRemove,
  ruleEnable,
  ruleDisable,
  rulesTest,
  why,
  upload,
  exportCommand,
  claim,
  release,
  intake,
  fetch,
  ingest,
  reprocess,
  tasks,
  task,
  deadLetters,
  redrive,
  retention,
  retentionSet,
  digests,
  digestPreview,
  digestAdd,
  digestSet,
  digestRemove,
  channels,
  channelAdd,
  channelSet,
  channelTest,
  channelResume,
  channelRemove,
  settings,
  settingsSet,
  share,
  link,
  unlink,
  users,
  userCreate,
  userRole,
  userDisable,
  userEnable,
  userReset,
  linkCode,
  workspaces,
  workspaceRelease,
  keys,
  keyCreate,
  keyRevoke,
  audit,
  rotateSigningKey,
  about,
] as readonly Command[];

const known: readonly Command[] = [...questions, whoamiOf(questions)];

/** Every chat command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [...known, helpOn(known)];
