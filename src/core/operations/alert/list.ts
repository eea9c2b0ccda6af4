import { z } from 'zod';
import { ALERT_STATES, type Alert, type AlertState } from '../../alert/alert.js';
import { SEVERITIES } from '../../alert/finding.js';
import type { EventKind } from '../../alert/transition.js';
import { eventsOf } from '../../store/alert-events.js';
import { countAlerts, findAlerts, listAlerts, membersOf } from '../../store/alerts.js';
import { pageOf, placeShapes, readCursor } from '../cursor.js';
import { domainField, pageFields, sourceField, storableText } from '../fields.js';
import { knownDomain } from '../filter.js';
import { operation, OperationError } from '../operation.js';
import { alertField, flagField } from './act.js';
import { knownAlert } from './group.js';
import { subjectsOf, type AlertSubject } from './subject.js';

/** Lines of history that are shown. */
const HISTORY_SHOWN = 50;
const MEMBERS_SHOWN = 100;

const STATES = {
  unresolved: ['open', 'acknowledged'],
  open: ['open'],
  acknowledged: ['acknowledged'],
  resolved: ['resolved'],
  all: ALERT_STATES,
} as const satisfies Readonly<Record<string, readonly AlertState[]>>;

export const ruleField = storableText(z.string().trim().min(1).max(100)).describe(
  'Name of a rule, such as failure-rate',
);

export interface AlertsResult {
  readonly state: keyof typeof STATES;
  readonly items: readonly Alert[];
  /** Of the whole tenant, whatever was asked. */
  readonly counts: Readonly<Record<AlertState, number>>;
  readonly next: string | null;
}

export const alerts = operation({
  name: 'alerts',
  summary: 'List alerts, those that are not resolved or others, latest first',
  role: 'viewer',
  effect: 'reads',
  input: z.object({
    state: z
      .enum(Object.keys(STATES) as [keyof typeof STATES])
      .default('unresolved')
      .describe('Which ones'),
    domain: domainField.optional(),
    severity: z.enum(SEVERITIES).optional().describe('Only those of this severity'),
    rule: ruleField.optional(),
    source: sourceField.optional(),
    mine: flagField.optional().describe('Only those that are assigned to you'),
    ...pageFields,
  }),
  run: (context, input): Promise<AlertsResult> =>
    context.db.reading(context.tenant, async (session) => {
      const { tenant, actor } = context;
      if (input.mine === true && actor.user === undefined)
        throw new OperationError(
          'nobody-here',
          'Alerts are assigned to users, and nobody is signed in here.',
        );
      const domain = input.domain === undefined ? null : await knownDomain(context, session, input.domain);
      const cursor = readCursor(input.cursor, z.tuple([placeShapes.ordinal]));
      const filter = {
        states: STATES[input.state],
        severity: input.severity ?? null,
        rule: input.rule ?? null,
        domainId: domain?.id ?? null,
        sender: input.source ?? null,
        assigneeId: input.mine === true ? (actor.user ?? null) : null,
      };
      const rows = await listAlerts(session, tenant, filter, {
        limit: input.limit + 1,
        before: cursor?.[0] ?? null,
      });
      const { items, next } = pageOf(rows, input.limit, (row) => [row.id]);
      return { state: input.state, items, next, counts: await countAlerts(session, tenant) };
    }),
});

/** A line of an alert's history as people see it. */
export interface AlertEvent {
  readonly kind: EventKind;
  /** ISO 8601. */
  readonly at: string;
  readonly by: string;
  readonly note: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AlertResult {
  readonly alert: Alert;
  /** The alert on whose card it is told; null where it has its own. */
  readonly lead: Alert | null;
  /** Told on its card. */
  readonly members: readonly Alert[];
  /** Latest first. */
  readonly history: readonly AlertEvent[];
  /** The last note that somebody wrote. */
  readonly note: AlertSubject['note'];
}

export const alert = operation({
  name: 'alert',
  summary: 'Show an alert with its evidence and everything that was done to it',
  role: 'viewer',
  effect: 'reads',
  input: z.object({ id: alertField }),
  run: (context, { id }): Promise<AlertResult> =>
    context.db.reading(context.tenant, async (session) => {
      const { tenant } = context;
      const one = await knownAlert(session, tenant, id);
      const [lead = null] = one.leadId === null ? [] : await findAlerts(session, tenant, [one.leadId]);
      const events = await eventsOf(session, tenant, id, HISTORY_SHOWN);
      const subject = (await subjectsOf(session, tenant, [id], context.now())).get(id);
      return {
        alert: one,
        lead,
        members: await membersOf(session, tenant, [id], MEMBERS_SHOWN),
        note: subject?.note ?? null,
        history: events.map(({ kind, at, actor, note, details }) => ({
          kind,
          at: at.toISOString(),
          by: actor.name,
          note,
          details,
        })),
      };
    }),
});
