import type { Alert } from '../../src/core/alert/alert.js';
import type { Finding } from '../../src/core/alert/finding.js';
import type { Rule } from '../../src/core/alert/rule.js';
import type { Evaluation } from '../../src/core/operations/alert/raise.js';
import { claim } from '../../src/core/operations/domains.js';
import type { Context } from '../../src/core/operations/operation.js';
import { perform } from '../../src/core/operations/perform.js';

/** A finding of the failure rate of example.com, with what is given in place of the usual. */
export function finding(given: Partial<Finding> = {}): Finding {
  return {
    rule: 'failure-rate',
    kind: 'failure-rate',
    cause: 'sending',
    severity: 'warning',
    domain: 'example.com',
    key: {},
    day: '2026-03-14',
    says: '12 % of 4,000 messages failed in 3 days.',
    fix: 'Look at the sources that fail.',
    measure: { name: 'failure rate', value: 0.12, threshold: 0.05, unit: 'fraction', baseline: 0.01 },
    evidence: {
      sender: null,
      addresses: [],
      dkim: [],
      spf: [],
      firstSeen: null,
      messages: 4_000,
      failing: 480,
      days: [],
      facts: [],
    },
    ...given,
  };
}

/** One about a source network. */
export function aboutSender(sender: string, given: Partial<Finding> = {}): Finding {
  const plain = finding({ rule: 'new-source', kind: 'new-source', key: { sender }, ...given });
  return { ...plain, evidence: { ...plain.evidence, sender } };
}

/** A rule that holds everywhere, with what is given in place of the usual. */
export function rule(name: string, given: Partial<Rule> = {}): Rule {
  return {
    name,
    kind: name,
    enabled: true,
    thresholds: {},
    severity: 'warning',
    channels: null,
    cooldownHours: 24,
    escalateMinutes: null,
    escalateTo: [],
    remindMinutes: null,
    ownerId: null,
    ...given,
  };
}

/** An evaluation that found these of one domain; all of it is still there. */
export function evaluation(
  domainId: number | null,
  findings: readonly Finding[],
  given: Partial<Evaluation> = {},
): Evaluation {
  const rules = [
    'failure-rate',
    'new-source',
    'spoofing-burst',
    'volume-spike',
    'volume-drop',
    'reporter-silence',
  ];
  return {
    domainId,
    domain: domainId === null ? null : 'example.com',
    day: findings[0]?.day ?? '2026-03-14',
    rules: rules.map((name) => rule(name)),
    findings,
    still: findings,
    ...given,
  };
}

/** The id of a domain that is claimed now. */
export async function claimed(context: Context, name = 'example.com'): Promise<number> {
  await perform(claim, context, { domain: name });
  return context.db.within(context.tenant, async (session) => {
    const { id } = await session.row<{ id: number }>(
      'SELECT id FROM domain WHERE tenant_id = $1 AND name = $2',
      [context.tenant, name],
    );
    return id;
  });
}

/** The id of a new channel, with columns in place of the usual. */
export async function channel(
  context: Context,
  name: string,
  given: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const columns = {
    kind: 'webhook',
    destination: '{}',
    created_at: context.now(),
    created_by: 'test',
    ...given,
  };
  const names = Object.keys(columns);
  return context.db.within(context.tenant, async (session) => {
    const { id } = await session.row<{ id: number }>(
      `INSERT INTO channel (tenant_id, name, ${names.join(', ')})
       VALUES ($1, $2, ${names.map((_, at) => `$${at + 3}`).join(', ')}) RETURNING id`,
      [context.tenant, name, ...Object.values(columns)],
    );
    return id;
  });
}

/** The same context at a later time. */
export function later(context: Context, hours: number): Context {
  const at = new Date(context.now().getTime() + hours * 3_600_000);
  return { ...context, now: () => at };
}

/** An open alert of that finding, with what is given in place of the usual. */
export function alertWith(given: Partial<Alert>): Alert {
  return {
    id: 17,
    rule: 'failure-rate',
    kind: 'failure-rate',
    domain: 'example.com',
    cause: 'sending',
    severity: 'warning',
    state: 'open',
    version: 3,
    notableVersion: 1,
    leadId: null,
    sender: null,
    finding: finding(),
    timesFound: 2,
    openedAt: '2026-03-14T06:00:00.000Z',
    lastFoundAt: '2026-03-15T06:00:00.000Z',
    clearSince: null,
    snoozedUntil: null,
    assignee: null,
    acknowledged: null,
    resolved: null,
    escalation: 0,
    ...given,
  };
}
