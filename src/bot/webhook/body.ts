import { z } from 'zod';
import { ALERT_STATES } from '../../core/alert/alert.js';
import { CAUSES, SEVERITIES } from '../../core/alert/finding.js';

/** What a webhook is sent, as JSON. Fields may be added; those that are here keep their meaning within a version. */

const time = z.iso.datetime().describe('ISO 8601 in UTC');
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/u);
const done = z.object({ at: time, by: z.string().describe('Name of a person, or `dmarc-ops`') });
const fact = z.object({ name: z.string(), value: z.string() });
const identifier = z.object({
  domain: z.string(),
  selector: z.string().nullable(),
  result: z.string(),
});

const finding = z
  .object({
    day: day.describe('The last UTC day that it was found on'),
    key: z.record(z.string(), z.string()).describe('What makes it this finding, beside rule and domain'),
    says: z.string().describe('What happened, with its figures'),
    fix: z.string().describe('One suggested fix'),
    measure: z.object({
      name: z.string(),
      value: z.number(),
      threshold: z.number(),
      unit: z.enum(['messages', 'fraction', 'days', 'reports', 'sessions']),
      baseline: z.number().nullable().describe('What is usual'),
    }),
    evidence: z.object({
      sender: z.string().nullable().describe('Source network in CIDR notation'),
      addresses: z.array(z.string()),
      dkim: z.array(identifier),
      spf: z.array(identifier),
      firstSeen: day.nullable(),
      messages: z.number().nullable(),
      failing: z.number().nullable(),
      days: z.array(z.object({ day, value: z.number() })),
      facts: z.array(fact),
    }),
  })
  .describe('The last finding');

const alert = z.object({
  id: z.int(),
  rule: z.string(),
  kind: z.string(),
  domain: z.string().nullable(),
  cause: z.enum(CAUSES),
  severity: z.enum(SEVERITIES),
  state: z.enum(ALERT_STATES),
  timesFound: z.int(),
  openedAt: time,
  lastFoundAt: time,
  snoozedUntil: time.nullable(),
  assignee: z.string().nullable(),
  acknowledged: done.nullable(),
  resolved: done.nullable(),
  finding,
});

const part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({
    type: z.literal('facts'),
    facts: z.array(fact.extend({ note: z.string().optional() })),
  }),
  z.object({
    type: z.literal('table'),
    title: z.string().nullable(),
    columns: z.array(z.string()),
    rows: z.array(z.array(z.string())),
    more: z.string().nullable().describe('Said where there are more rows'),
  }),
  z.object({
    type: z.literal('chart'),
    title: z.string(),
    alt: z.string().describe('What it shows, in words'),
  }),
]);

const card = z
  .object({
    title: z.string(),
    tone: z.enum(['good', 'warning', 'bad', 'neutral']),
    verdict: z.string(),
    parts: z.array(part),
    partsLeftOut: z.int().describe('Parts that would have made the message too large'),
    advice: z.string().nullable(),
    commands: z
      .array(z.object({ label: z.string(), command: z.string() }))
      .describe('What may be done next: command lines for the chat, or for `dmarc-ops` on the command line'),
    footer: z.string().nullable(),
  })
  .describe('The same in words, as people see it in a chat');

export const webhookBody = z
  .object({
    schema: z.literal('dmarc-ops/webhook/1'),
    delivery: z.string().describe('Names this message: the same over all tries'),
    subject: z.enum(['alert', 'digest', 'notice', 'test']),
    subjectId: z.int(),
    subjectVersion: z.int().describe('Grows with each change: a message with a lower one is out of date'),
    change: done
      .extend({
        kind: z.string().describe('Such as `opened`, `acknowledged` or `resolved`'),
        note: z.string().nullable(),
      })
      .nullable()
      .describe('The last change that is told'),
    alert: alert.nullable().describe('null for what is about no alert'),
    card,
  })
  .describe('A message of dmarc-ops to a webhook');

export type WebhookBody = z.output<typeof webhookBody>;

/** The schema as JSON Schema; further fields may come, so they are not forbidden. */
export function webhookSchema(): unknown {
  return z.toJSONSchema(webhookBody, { io: 'input' });
}
