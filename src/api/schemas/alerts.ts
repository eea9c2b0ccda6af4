import { z } from 'zod';
import { ALERT_STATES } from '../../core/alert/alert.js';
import { CAUSES, SEVERITIES } from '../../core/alert/finding.js';
import { EVENT_KINDS } from '../../core/alert/transition.js';
import { count, day, moment, named, next } from './parts.js';

const text = z.string().nullable();
const severity = z.enum(SEVERITIES);
const state = z.enum(ALERT_STATES);
const done = z.object({ at: moment, by: z.string() }).register(named, { id: 'Done' });

const identifier = z.object({ domain: z.string(), selector: text, result: z.string() });

const evidence = z.object({
  sender: text,
  addresses: z.array(z.string()),
  dkim: z.array(identifier),
  spf: z.array(identifier),
  firstSeen: day.nullable(),
  messages: z.number().nullable(),
  failing: z.number().nullable(),
  days: z.array(z.object({ day, value: z.number() })),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
});

const finding = z
  .object({
    rule: z.string(),
    kind: z.string(),
    cause: z.enum(CAUSES),
    severity,
    domain: text,
    key: z.record(z.string(), z.string()),
    day,
    says: z.string(),
    fix: z.string(),
    measure: z.object({
      name: z.string(),
      value: z.number(),
      threshold: z.number(),
      unit: z.enum(['messages', 'fraction', 'days', 'reports', 'sessions']),
      baseline: z.number().nullable(),
    }),
    evidence,
  })
  .register(named, { id: 'Finding' });

export const alert = z
  .object({
    id: count,
    rule: z.string(),
    kind: z.string(),
    domain: text,
    cause: z.enum(CAUSES),
    severity,
    state,
    version: count.meta({ description: 'Grows with each change that a card shows' }),
    notableVersion: count.meta({ description: 'Of the last change that deserves a message of its own' }),
    leadId: count.nullable().meta({ description: 'The alert on whose card it is told; null for its own' }),
    sender: text.meta({ description: 'Source network that it is about' }),
    finding,
    timesFound: count.meta({ description: 'Days on which it was found' }),
    openedAt: moment,
    lastFoundAt: moment,
    clearSince: moment.nullable(),
    snoozedUntil: moment.nullable(),
    assignee: z.object({ id: count, name: z.string() }).nullable(),
    acknowledged: done.nullable(),
    resolved: done.nullable(),
    escalation: count,
  })
  .register(named, { id: 'Alert' });

export const alertsResult = z
  .object({
    state: z.enum(['unresolved', 'open', 'acknowledged', 'resolved', 'all']),
    items: z.array(alert),
    counts: z.object({ open: count, acknowledged: count, resolved: count }),
    next,
  })
  .register(named, { id: 'Alerts' });

const change = { kind: z.enum(EVENT_KINDS), at: moment, by: z.string(), note: text };

export const alertResult = z
  .object({
    alert,
    lead: alert.nullable(),
    members: z.array(alert),
    history: z.array(z.object({ ...change, details: z.record(z.string(), z.unknown()) })),
    note: z.object(change).nullable(),
  })
  .register(named, { id: 'AlertDetails' });

export const alertChanged = z
  .object({
    alert,
    also: count.meta({ description: 'Others on its card that it was done to, too' }),
    left: z
      .array(count)
      .meta({ description: 'Others on its card that stay as they are: they came since `seen`' }),
  })
  .register(named, { id: 'AlertChanged' });

export const oursResult = z
  .object({ domain: z.string(), network: z.string(), changed: z.boolean(), resolved: z.array(count) })
  .register(named, { id: 'KnownSender' });

export const suppression = z
  .object({
    id: count,
    rule: text,
    severity: severity.nullable(),
    domain: text,
    sender: text,
    reason: z.string(),
    from: moment,
    until: moment.nullable(),
    rrule: text,
    minutes: count.nullable(),
    zone: z.string(),
    created: done,
    ended: done.nullable(),
    state: z.enum(['active', 'waiting', 'over']),
    activeUntil: moment.nullable(),
  })
  .register(named, { id: 'Suppression' });

export const suppressionsResult = z
  .object({ items: z.array(suppression), next })
  .register(named, { id: 'Suppressions' });

export const whyResult = z
  .object({
    alert,
    toldWith: count.nullable(),
    channels: z.array(z.object({ channel: z.string(), kind: z.string(), says: z.string() })),
    log: z.array(
      z.object({
        at: moment,
        channel: z.string(),
        what: z.enum(['posted', 'updated', 'replied', 'held', 'parked', 'failed', 'skipped']),
        version: count,
        code: text,
        detail: text,
      }),
    ),
  })
  .register(named, { id: 'Why' });
