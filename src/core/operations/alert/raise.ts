import { dayOf } from '../../analysis/range.js';
import type { Finding } from '../../alert/finding.js';
import { canonicalJson, fingerprint } from '../../alert/fingerprint.js';
import { inOrder, leadOf, rankOf } from '../../alert/grouping.js';
import { nextStepAt } from '../../alert/escalation.js';
import type { Rule } from '../../alert/rule.js';
import { redrawn, SYSTEM, transition, worsened } from '../../alert/transition.js';
import { addAlertEvent } from '../../store/alert-events.js';
import { channelsToTell, tellingOf } from '../../store/alert-telling.js';
import {
  addAlert,
  findAlerts,
  lastResolved,
  openAlertsOf,
  setAlert,
  type AlertRow,
} from '../../store/alerts.js';
import { lockAlertDeliveries, lockAlerts } from '../../store/locks.js';
import type { Session } from '../../store/session.js';
import { storableJsonText } from '../../store/text.js';
import type { Context } from '../operation.js';
import { applyChanges, decidedAgain, handOver } from './group.js';
import { tellAlone, tellWith } from './tell.js';

/** What rules found of one domain, or of the tenant as a whole. */
export interface Evaluation {
  /** null for what is about the tenant as a whole. */
  readonly domainId: number | null;
  readonly domain: string | null;
  /** The last whole UTC day. */
  readonly day: string;
  /** Those that were evaluated: alerts of others are left alone. */
  readonly rules: readonly Rule[];
  readonly findings: readonly Finding[];
  /** What is found under relaxed thresholds, which holds all findings too. */
  readonly still: readonly Finding[];
}

/** What became of a finding. */
export interface Raised {
  readonly finding: Finding;
  readonly outcome: RaisedOutcome;
  /** The alert that tells of it; of `cooldown` the one that did. */
  readonly alertId: number;
  /** Of `cooldown`: until when it opens nothing. ISO 8601. */
  readonly until?: string;
}

/**
 * `opened`: a new alert. `worse`: an open one got a higher severity. `updated`: an open one shows newer evidence.
 * `deduplicated`: there is an open one, and nothing that is shown changed, or it was brought up to date a moment ago.
 * `cooldown`: one like it was resolved, and its rule has it stay quiet for a while.
 */
export type RaisedOutcome = 'opened' | 'worse' | 'updated' | 'deduplicated' | 'cooldown';

const HOUR_MS = 3_600_000;
/** Late reports change the figures of a day many times; a card follows them once in so long. */
const REDRAWN_EVERY_MS = HOUR_MS;

/**
 * Opens, updates and clears the alerts of a domain by what rules found, in one transaction with what is to be told of it.
 * Any number of processes may do so at once, for the same domain too: each finding has one alert that is not resolved.
 * Gives what became of each finding, in the order given.
 */
export function raise(context: Context, evaluation: Evaluation): Promise<readonly Raised[]> {
  const { db, tenant } = context;
  return decidedAgain(() =>
    db.within(tenant, async (session) => {
      await lockAlerts(session, tenant, evaluation.domainId);
      return raiseAlone(context, session, evaluation);
    }),
  );
}

async function raiseAlone(
  context: Context,
  session: Session,
  evaluation: Evaluation,
): Promise<readonly Raised[]> {
  const { tenant } = context;
  const given = new Map(evaluation.findings.map((finding) => [printOf(finding), storable(finding)]));
  const open = await openAlertsOf(session, tenant, evaluation.domainId);
  const byPrint = new Map(open.map((alert) => [printOf(alert.finding), alert]));
  const still = new Set([...given.keys(), ...evaluation.still.map(printOf)]);
  const rules = new Map(evaluation.rules.map((rule) => [rule.name, rule]));
  const gone = open.filter((alert) => rules.has(alert.rule) && !still.has(printOf(alert.finding)));
  const back = open.filter(
    (alert) =>
      alert.clearSince !== null && still.has(printOf(alert.finding)) && !given.has(printOf(alert.finding)),
  );
  if (given.size + gone.length + back.length === 0) return [];
  await lockAlertDeliveries(session, tenant, evaluation.domainId);

  const outcomes = new Map<string, Omit<Raised, 'finding'>>();
  for (const finding of inOrder([...given.values()])) {
    const print = printOf(finding);
    const alert = byPrint.get(print);
    const outcome =
      alert === undefined
        ? await openOne(context, session, evaluation, finding, rules.get(finding.rule) ?? null)
        : await foundAgain(context, session, alert, finding, rules.get(finding.rule) ?? null);
    outcomes.set(print, outcome);
  }
  for (const alert of back) await unclear(context, session, alert.id);
  for (const alert of gone) await clear(context, session, alert.id);
  return evaluation.findings.flatMap((finding) => {
    const outcome = outcomes.get(printOf(finding));
    return outcome === undefined ? [] : [{ finding, ...outcome }];
  });
}

type Outcome = Omit<Raised, 'finding'>;

async function openOne(
  context: Context,
  session: Session,
  { domainId }: Evaluation,
  finding: Finding,
  rule: Rule | null,
): Promise<Outcome> {
  const { tenant } = context;
  const at = context.now();
  const print = fingerprint(finding);
  const last = await lastResolved(session, tenant, print);
  const cools = last === null ? 0 : last.resolvedAt.getTime() + (rule?.cooldownHours ?? 0) * HOUR_MS;
  if (last !== null && cools > at.getTime())
    return { outcome: 'cooldown', alertId: last.id, until: new Date(cools).toISOString() };

  const lead = leadOf(finding.cause, await openAlertsOf(session, tenant, domainId));
  const id = await addAlert(session, tenant, {
    fingerprint: print,
    domainId,
    leadId: lead?.id ?? null,
    finding,
    at,
    assigneeId: null,
  });
  const [alert] = id === null ? [] : await findAlerts(session, tenant, [id]);
  if (alert === undefined)
    throw new Error('an alert that is not resolved was opened by somebody without its lock');
  // On the card of another, too, its own rule says when it asks again: as it is now, not when it was evaluated.
  const next = nextStepAt(alert, await tellingOf(session, tenant, finding.rule, domainId), at);
  if (next !== null) await setAlert(session, tenant, alert, alert, next);
  await addAlertEvent(session, tenant, {
    alertId: alert.id,
    version: alert.version,
    at,
    actor: SYSTEM,
    kind: 'opened',
    note: null,
    details: { day: finding.day, severity: finding.severity, ...(lead !== null && { toldWith: lead.id }) },
  });
  const channels = await channelsToTell(session, tenant, rule?.channels ?? null, alert.severity);
  if (lead === null) await tellAlone(context, session, alert, channels);
  else await tellWith(context, session, lead, alert, channels);
  return { outcome: 'opened', alertId: alert.id };
}

async function foundAgain(
  context: Context,
  session: Session,
  before: AlertRow,
  finding: Finding,
  rule: Rule | null,
): Promise<Outcome> {
  const { tenant } = context;
  const now = context.now();
  const isWorse = rankOf(finding.severity) > rankOf(before.severity);
  const isNewDay = finding.day > before.finding.day;
  const isRecent = now.getTime() - Date.parse(before.lastFoundAt) < REDRAWN_EVERY_MS;
  if (isRecent && !isWorse && !isNewDay && before.clearSince === null)
    return { outcome: 'deduplicated', alertId: before.id };

  const [current = before] = await findAlerts(session, tenant, [before.id]);
  // While it is not resolved an alert becomes no milder.
  const shown = isWorse ? finding : { ...finding, severity: current.severity };
  const isShown = current.clearSince !== null || canonicalJson(shown) !== canonicalJson(current.finding);
  const news = {
    finding: shown,
    timesFound: current.timesFound + (isNewDay ? 1 : 0),
    lastFoundAt: now.toISOString(),
    clearSince: null,
  };
  if (!isWorse) {
    const after = isShown ? redrawn(current, news) : { ...current, ...news };
    await applyChanges(context, session, [
      { before: current, after, event: null, actor: SYSTEM, recount: false },
    ]);
    return { outcome: isShown ? 'updated' : 'deduplicated', alertId: current.id };
  }
  const { after, event } = worsened({ ...current, ...news }, finding.severity);
  const channels = await channelsToTell(session, tenant, rule?.channels ?? null, finding.severity);
  if (current.leadId === null) {
    await applyChanges(context, session, [
      { before: current, after, event, actor: SYSTEM, recount: false, channels },
    ]);
    return { outcome: 'worse', alertId: current.id };
  }
  const [lead] = await findAlerts(session, tenant, [current.leadId]);
  if (!(await setAlert(session, tenant, current, after, current.nextStepAt)) || lead === undefined)
    throw new Error('an alert was changed by somebody without its lock');
  await addAlertEvent(session, tenant, {
    alertId: current.id,
    version: after.version,
    at: now,
    actor: SYSTEM,
    ...event,
  });
  await tellWith(context, session, lead, { ...current, ...after }, channels);
  return { outcome: 'worse', alertId: current.id };
}

/** Its cause is there again, though not as strongly as would open it. */
async function unclear(context: Context, session: Session, id: number): Promise<void> {
  const [alert] = await findAlerts(session, context.tenant, [id]);
  if (alert === undefined) return;
  await applyChanges(context, session, [
    {
      before: alert,
      after: redrawn(alert, { clearSince: null }),
      event: null,
      actor: SYSTEM,
      recount: false,
    },
  ]);
}

/** Its cause is gone: it ends when an evaluation on a later day says the same. */
async function clear(context: Context, session: Session, id: number): Promise<void> {
  const now = context.now();
  const [alert] = await findAlerts(session, context.tenant, [id]);
  if (alert === undefined) return;
  if (alert.clearSince === null) {
    const after = redrawn(alert, { clearSince: now.toISOString() });
    await applyChanges(context, session, [
      { before: alert, after, event: null, actor: SYSTEM, recount: false },
    ]);
    return;
  }
  if (alert.clearSince.slice(0, 10) >= dayOf(now)) return;
  const change = transition(alert, { do: 'resolve', note: 'Its cause is gone.' }, SYSTEM, now);
  if ('refused' in change) return;
  await applyChanges(context, session, [{ before: alert, ...change, actor: SYSTEM, recount: true }]);
  if (alert.leadId === null) await handOver(context, session, alert.id, SYSTEM);
}

/** The same before and after the store had it. */
function printOf(finding: Finding): string {
  return fingerprint(storable(finding)).toString('hex');
}

/** A finding as it comes back from the store. */
function storable(finding: Finding): Finding {
  return JSON.parse(storableJsonText(JSON.stringify(finding))) as Finding;
}
