import { alert, alerts } from '../core/operations/alert/list.js';
import { ours } from '../core/operations/alert/ours.js';
import {
  ruleCreate,
  ruleDisable,
  ruleEnable,
  ruleRemove,
  ruleSet,
} from '../core/operations/alert/rule-change.js';
import { rule, rules } from '../core/operations/alert/rules.js';
import { rulesTest } from '../core/operations/alert/rules-test.js';
import { suppress, suppressions, unsuppress } from '../core/operations/alert/suppress.js';
import {
  acknowledge,
  assign,
  note,
  reopen,
  resolve,
  snooze,
  unacknowledge,
} from '../core/operations/alert/transitions.js';
import { why } from '../core/operations/alert/why.js';
import { channelAdd } from '../core/operations/alert/channel-add.js';
import {
  channelRemove,
  channelResume,
  channelSet,
  channelTest,
} from '../core/operations/alert/channel-set.js';
import { channels } from '../core/operations/alert/channels.js';
import { audit } from '../core/operations/audit.js';
import { digestPreview } from '../core/operations/digest/preview.js';
import { digestAdd, digestRemove, digests, digestSet } from '../core/operations/digest/subscribe.js';
import { claim, domains, release } from '../core/operations/domains.js';
import { refresh, signOut } from '../core/operations/refresh.js';
import { signIn } from '../core/operations/sign-in.js';
import { keyCreate, keyRevoke, keys } from '../core/operations/keys.js';
import { passwordChange } from '../core/operations/password-change.js';
import { setPassword, userReset } from '../core/operations/passwords.js';
import { fetch } from '../core/operations/fetch.js';
import { retention, retentionSet } from '../core/operations/retention.js';
import { intake } from '../core/operations/source-states.js';
import { deadLetters, redrive, task, tasks } from '../core/operations/tasks.js';
import { signOutAll } from '../core/operations/sessions.js';
import { userCreate, userDisable, userEnable, userRole, users } from '../core/operations/users.js';
import { problems, status } from '../core/operations/intake.js';
import { report, reporters, reports } from '../core/operations/reports.js';
import { alignment, failures, timeline } from '../core/operations/series.js';
import { source, sources } from '../core/operations/sources.js';
import { summary } from '../core/operations/summary.js';
import { openRoute, route, type Route } from './route.js';
import * as telling from './schemas/channels.js';
import { digestItem, digestsResult, previewResult } from './schemas/digests.js';
import * as alerting from './schemas/alerts.js';
import * as identity from './schemas/identity.js';
import * as questions from './schemas/questions.js';
import * as lists from './schemas/reports.js';
import * as ruleShapes from './schemas/rules.js';
import * as work from './schemas/work.js';

/** Every route that asks an operation and answers with JSON, in the order in which the API's description lists them. */
export const ROUTES: readonly Route[] = [
  openRoute('POST', '/sign-in', signIn, { result: identity.signedIn }),
  openRoute('POST', '/refresh', refresh, { result: identity.tokens }),
  openRoute('POST', '/sign-out', signOut, { status: 204 }),
  openRoute('POST', '/set-password', setPassword, { status: 204 }),
  route('POST', '/password', passwordChange, { result: identity.passwordChanged }),
  route('POST', '/sign-out-all', signOutAll, { result: identity.signedOut }),
  route('GET', '/summary', summary, { result: questions.summaryResult }),
  route('GET', '/domains', domains, { result: questions.domainsResult }),
  route('PUT', '/domains/{domain}/claim', claim, { result: questions.claimResult }),
  route('DELETE', '/domains/{domain}/claim', release, { status: 204 }),
  route('GET', '/sources', sources, { result: questions.sourcesResult }),
  route('GET', '/sources/{source}', source, { result: questions.sourceResult }),
  route('GET', '/timeline', timeline, { result: questions.timelineResult }),
  route('GET', '/alignment', alignment, { result: questions.alignmentResult }),
  route('GET', '/failures', failures, { result: questions.failuresResult }),
  route('GET', '/reporters', reporters, { result: lists.reportersResult }),
  route('GET', '/reports', reports, { result: lists.reportsResult }),
  route('GET', '/reports/{report}', report, { result: lists.reportResult }),
  route('GET', '/problems', problems, { result: lists.problemsResult }),
  route('GET', '/status', status, { result: lists.statusResult }),
  route('GET', '/alerts', alerts, { result: alerting.alertsResult }),
  route('GET', '/alerts/{id}', alert, { result: alerting.alertResult }),
  route('GET', '/alerts/{id}/why', why, { result: alerting.whyResult }),
  route('POST', '/alerts/{id}/acknowledge', acknowledge, { result: alerting.alertChanged }),
  route('POST', '/alerts/{id}/unacknowledge', unacknowledge, { result: alerting.alertChanged }),
  route('POST', '/alerts/{id}/resolve', resolve, { result: alerting.alertChanged }),
  route('POST', '/alerts/{id}/reopen', reopen, { result: alerting.alertChanged }),
  route('POST', '/alerts/{id}/snooze', snooze, { result: alerting.alertChanged }),
  route('POST', '/alerts/{id}/assign', assign, { result: alerting.alertChanged }),
  route('POST', '/alerts/{id}/note', note, { result: alerting.alertChanged }),
  route('POST', '/known-senders', ours, { result: alerting.oursResult }),
  route('GET', '/rules', rules, { result: ruleShapes.rulesResult }),
  route('GET', '/rules/{rule}', rule, { result: ruleShapes.ruleResult }),
  route('POST', '/rules', ruleCreate, {
    status: 201,
    result: ruleShapes.ruleResult,
    location: (made) => `/rules/${encodeURIComponent(made.rule.name)}`,
  }),
  route('PATCH', '/rules/{rule}', ruleSet, { result: ruleShapes.ruleResult }),
  route('DELETE', '/rules/{rule}', ruleRemove, { status: 204 }),
  route('POST', '/rules/{rule}/enable', ruleEnable, { result: ruleShapes.ruleResult }),
  route('POST', '/rules/{rule}/disable', ruleDisable, { result: ruleShapes.ruleResult }),
  route('GET', '/rules-test', rulesTest, { result: ruleShapes.rulesTestResult }),
  route('GET', '/suppressions', suppressions, { result: alerting.suppressionsResult }),
  route('POST', '/suppressions', suppress, { status: 201, result: alerting.suppression }),
  route('DELETE', '/suppressions/{id}', unsuppress, { status: 204 }),
  route('GET', '/intake', intake, { result: work.intakeResult }),
  route('POST', '/intake/fetch', fetch, { result: work.fetchResult }),
  route('GET', '/tasks', tasks, { result: work.tasksResult }),
  route('GET', '/tasks/{id}', task, { result: work.taskResult }),
  route('GET', '/dead-letters', deadLetters, { result: work.deadLettersResult }),
  route('POST', '/dead-letters/redrive', redrive, { result: work.redriveResult }),
  route('GET', '/retention', retention, { result: work.retentionResult }),
  route('PATCH', '/retention', retentionSet, { result: work.retentionResult }),
  route('GET', '/digests', digests, { result: digestsResult }),
  route('POST', '/digests', digestAdd, { status: 201, result: digestItem }),
  route('GET', '/digests/preview', digestPreview, { result: previewResult }),
  route('PATCH', '/digests/{id}', digestSet, { result: digestItem }),
  route('DELETE', '/digests/{id}', digestRemove, { status: 204 }),
  route('GET', '/channels', channels, { result: telling.channelsResult }),
  route('POST', '/channels', channelAdd, { status: 201, result: telling.channelAdded }),
  route('PATCH', '/channels/{name}', channelSet, { result: telling.channelChanged }),
  route('POST', '/channels/{name}/test', channelTest, { result: telling.channelChanged }),
  route('POST', '/channels/{name}/resume', channelResume, { result: telling.channelChanged }),
  route('DELETE', '/channels/{name}', channelRemove, { status: 204 }),
  route('GET', '/users', users, { result: identity.usersResult }),
  route('POST', '/users', userCreate, { status: 201, result: identity.userCreated }),
  route('PUT', '/users/{email}/role', userRole, { result: identity.userChanged }),
  route('POST', '/users/{email}/disable', userDisable, { result: identity.userChanged }),
  route('POST', '/users/{email}/enable', userEnable, { result: identity.userChanged }),
  route('POST', '/users/{email}/reset', userReset, { result: identity.userReset }),
  route('GET', '/keys', keys, { result: identity.keysResult }),
  route('POST', '/keys', keyCreate, { status: 201, result: identity.keyCreated }),
  route('DELETE', '/keys/{name}', keyRevoke, { status: 204 }),
  route('GET', '/audit', audit, { result: identity.auditResult }),
];
