import { z } from 'zod';
import type { AggregateReport, ReportRecord } from '../../core/report/report.js';
import { about, count, day, figures, moment, named, next, range } from './parts.js';

const text = z.string().nullable();

const reportFields = {
  id: count,
  domain: z.string(),
  reporter: z.string(),
  reportId: text,
  begin: moment.nullable(),
  end: moment.nullable(),
  firstDay: day,
  lastDay: day,
  records: count,
  messages: count,
  dmarcPass: count,
  dkimAligned: count,
  spfAligned: count,
  versions: count.meta({ description: 'Different contents that came under this id' }),
  problems: count,
  receivedAt: moment,
};

export const reportItem = z.object(reportFields).register(named, { id: 'ReportItem' });

export const reportsResult = z
  .object({ ...about, items: z.array(reportItem), next })
  .register(named, { id: 'Reports' });

const details = (description: string) => ({ type: 'object' as const, description });

export const reportResult = z
  .object({
    ...reportFields,
    header: z
      .custom<AggregateReport>()
      .meta(details('The report as read, without its records: reporter, published policy, errors')),
    rows: z.array(
      z.custom<ReportRecord>().meta(details('A record: source, count, results, identifiers, overrides')),
    ),
    problemList: z.array(z.object({ code: z.string(), message: z.string(), where: text })),
    next,
  })
  .register(named, { id: 'Report' });

export const reportersResult = z
  .object({
    ...about,
    figures,
    count,
    lastReport: moment.nullable(),
    items: z.array(
      z.object({
        reporter: z.string(),
        figures,
        reports: count,
        lastReport: moment.nullable(),
        days: count,
      }),
    ),
    next,
  })
  .register(named, { id: 'Reporters' });

export const problemsResult = z
  .object({
    domain: text,
    range: range.nullable(),
    counts: z.array(z.object({ code: z.string(), count })),
    items: z.array(
      z.object({
        rawId: count,
        documentId: count.nullable(),
        ordinal: count,
        code: z.string(),
        message: z.string(),
        where: text,
        name: z.string(),
        member: text,
        kind: z.string(),
        domain: text,
        reporter: text,
        reportId: count.nullable(),
        receivedAt: moment,
      }),
    ),
    next,
  })
  .register(named, { id: 'Problems' });

export const statusResult = z
  .object({
    pending: count,
    processed: count,
    failed: count,
    lastReceived: moment.nullable(),
    aggregate: count,
    failure: count,
    tls: count,
    unreadable: count,
    duplicates: count,
    merged: count,
    failures: z.array(z.object({ name: z.string(), code: z.string(), message: z.string(), at: moment })),
    domains: z.object({ seen: count, claimed: count }),
  })
  .register(named, { id: 'Status' });

export const uploadResult = z
  .object({
    files: z.array(
      z.object({
        name: z.string(),
        sha256: z.string(),
        size: count,
        known: z.boolean().meta({ description: 'The same bytes were there before; they count once' }),
        task: z.string(),
        location: z.string().meta({ description: 'Where to ask what became of it' }),
      }),
    ),
  })
  .register(named, { id: 'Upload' });
