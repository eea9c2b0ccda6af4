import { z } from 'zod';
import { ALERT_STATES } from '../../core/alert/alert.js';
import { CAUSES, SEVERITIES } from '../../core/alert/finding.js';
import { SECTIONS } from '../../core/digest/content.js';
import { PERIODS } from '../../core/digest/schedule.js';
import { WEEKDAYS } from '../../core/operations/digest/fields.js';
import {
  completeness,
  count,
  day,
  dayFigures,
  domainFigures,
  figures,
  moment,
  named,
  next,
  nextStep,
  policy,
  range,
} from './parts.js';

export const digestItem = z
  .object({
    id: count,
    channel: z.string(),
    frequency: z.enum(PERIODS),
    weekday: z.enum(WEEKDAYS).nullable(),
    day: count.nullable(),
    time: z.string().meta({ description: 'Local time, HH:MM' }),
    zone: z.string(),
    domains: z.array(z.string()).nullable().meta({ description: 'Null for all that are claimed' }),
    sections: z.array(z.enum(SECTIONS)),
    enabled: z.boolean(),
    nextAt: moment.nullable(),
    toldUntil: day.nullable().meta({ description: 'Last UTC day that it told of' }),
  })
  .register(named, { id: 'Digest' });

export const digestsResult = z
  .object({ items: z.array(digestItem), next })
  .register(named, { id: 'Digests' });

const alertLine = z.object({
  id: count,
  rule: z.string(),
  domain: z.string().nullable(),
  cause: z.enum(CAUSES),
  severity: z.enum(SEVERITIES),
  state: z.enum(ALERT_STATES),
  says: z.string(),
  fix: z.string(),
});

const changes = z.object({
  compared: z
    .object({ days: count, figures, before: figures })
    .nullable()
    .meta({ description: 'Days whose reports are in, and as many just before them' }),
  before: figures.meta({ description: 'Of as many days just before' }),
  policies: z.array(z.object({ domain: z.string(), from: z.string(), to: z.string() })),
  domains: z.object({ added: count, gone: count }).nullable(),
  alerts: z.object({ opened: count, resolved: count }),
});

export const previewResult = z
  .object({
    subscription: count.nullable(),
    content: z.object({
      asOf: moment,
      period: z.enum(PERIODS),
      range,
      sections: z.array(z.enum(SECTIONS)),
      domainIds: z.array(count),
      domain: z.string().nullable().meta({ description: 'Null for several' }),
      figures,
      policy: policy.nullable(),
      policies: z.record(z.string(), z.string()),
      worst: z.array(domainFigures),
      changes,
      actions: z.array(
        z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('alert'), alert: alertLine }),
          z.object({ kind: z.literal('step'), domain: z.string(), step: nextStep }),
        ]),
      ),
      newFailing: count,
      senders: z.array(z.object({ domain: z.string(), source: z.string(), figures, failing: z.boolean() })),
      alerts: z.object({ count, items: z.array(alertLine) }),
      series: z.array(dayFigures),
      reporters: count,
      completeness,
    }),
  })
  .register(named, { id: 'DigestPreview' });
