import { z } from 'zod';
import {
  about,
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
  reporterFigures,
  sourceFigures,
  topSource,
} from './parts.js';

const text = z.string().nullable();

const silence = z.discriminatedUnion('code', [
  z.object({ code: z.literal('filters') }),
  z.object({ code: z.literal('source-trouble'), source: z.string(), message: z.string() }),
  z.object({ code: z.literal('no-source') }),
  z.object({ code: z.literal('none-yet') }),
  z.object({ code: z.literal('other-domains'), domains: count }),
  z.object({ code: z.literal('before-first'), first: day }),
  z.object({ code: z.literal('stopped') }),
  z.object({ code: z.literal('quiet') }),
]);

export const summaryResult = z
  .object({
    ...about,
    figures,
    compared: z
      .object({ days: count, figures, before: figures })
      .nullable()
      .meta({ description: 'Days whose reports are in, and as many just before them' }),
    series: z.array(dayFigures),
    policy: policy.nullable(),
    topSources: z.array(topSource),
    topDomains: z.array(domainFigures),
    newFailing: z.array(sourceFigures),
    topReporters: z.array(reporterFigures),
    reporters: count,
    completeness,
    domains: z.object({ seen: count, claimed: count }),
    nextStep: nextStep.nullable(),
    silence: silence.nullable().meta({ description: 'Why there are no messages, most likely' }),
  })
  .register(named, { id: 'Summary' });

export const domainsResult = z
  .object({
    range,
    items: z.array(
      z.object({
        domain: z.string(),
        claimed: z.boolean(),
        firstSeen: moment,
        lastReport: moment.nullable(),
        policy: policy.nullable(),
        figures,
      }),
    ),
    next,
  })
  .register(named, { id: 'Domains' });

export const claimResult = z
  .object({ domain: z.string(), claimed: z.boolean(), changed: z.boolean(), seen: z.boolean() })
  .register(named, { id: 'Claim' });

export const sourcesResult = z
  .object({ ...about, figures, count, items: z.array(sourceFigures), next })
  .register(named, { id: 'Sources' });

export const sourceResult = z
  .object({
    source: z.string(),
    ...about,
    figures,
    series: z.array(dayFigures),
    firstSeen: day.nullable(),
    lastSeen: day.nullable(),
    domains: z.array(domainFigures),
    domainCount: count,
    reporterCount: count,
    reporters: z.array(reporterFigures),
    authResults: z.array(
      z.object({
        type: z.enum(['dkim', 'spf']),
        domain: text,
        selector: text,
        scope: text,
        result: text,
        messages: count,
      }),
    ),
  })
  .register(named, { id: 'Source' });

export const timelineResult = z
  .object({ ...about, figures, series: z.array(dayFigures) })
  .register(named, { id: 'Timeline' });

export const alignmentResult = z
  .object({
    ...about,
    figures,
    both: count,
    dkimOnly: count,
    spfOnly: count,
    neither: count,
    byDisposition: z.array(z.object({ disposition: z.string(), messages: count })),
  })
  .register(named, { id: 'Alignment' });

const share = z.number().min(0).max(1).nullable();

export const failuresResult = z
  .object({
    ...about,
    figures,
    series: z.array(z.object({ day, messages: count, failed: count, rate: share, average7: share })),
  })
  .register(named, { id: 'Failures' });
