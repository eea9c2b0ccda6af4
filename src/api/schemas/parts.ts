import { z } from 'zod';

/**
 * Results in JSON, as the API's description tells them. Each is held to the operation's own type where a route names it
 * (route.ts), so that the two cannot differ.
 */
export const named = z.registry<{ readonly id: string }>();

export const count = z.int().nonnegative();
export const day = z.string().meta({ format: 'date', description: 'UTC day' });
export const moment = z.string().meta({ format: 'date-time', description: 'UTC' });
const text = z.string().nullable();

export const range = z.object({ from: day, to: day, days: count }).register(named, { id: 'Range' });

/** What every answer to a question says of the question. */
export const about = {
  domain: text.meta({ description: 'Null for all domains together' }),
  range,
  lastReceived: moment.nullable(),
};

export const figures = z
  .object({
    messages: count,
    dmarcPass: count.meta({ description: 'Aligned by DKIM or SPF' }),
    dkimAligned: count,
    spfAligned: count,
    quarantined: count,
    rejected: count,
  })
  .register(named, { id: 'Figures' });

export const dayFigures = z.object({ day, figures }).register(named, { id: 'DayFigures' });

const sourceFields = {
  source: text.meta({ description: 'Address; null for rows that name none' }),
  figures,
  firstDay: day,
  lastDay: day,
};
export const sourceFigures = z.object(sourceFields).register(named, { id: 'SourceFigures' });
export const topSource = z
  .object({ ...sourceFields, isNew: z.boolean() })
  .register(named, { id: 'TopSource' });

export const domainFigures = z
  .object({ domain: z.string(), figures })
  .register(named, { id: 'DomainFigures' });

export const reporterFigures = z
  .object({ reporter: z.string(), figures })
  .register(named, { id: 'ReporterFigures' });

export const policy = z
  .object({
    p: text,
    sp: text,
    np: text,
    pct: z.number().nullable(),
    adkim: text,
    aspf: text,
    testing: text,
    day,
  })
  .register(named, { id: 'SeenPolicy' });

export const next = text.meta({ description: 'Cursor of the next page; null on the last one' });

export const nextStep = z
  .discriminatedUnion('code', [
    z.object({ code: z.literal('get-reports') }),
    z.object({ code: z.literal('look-at-new-source'), source: z.string(), failed: count }),
    z.object({ code: z.literal('look-at-failing-source'), source: z.string(), failed: count }),
    z.object({ code: z.literal('raise-policy'), from: z.string(), to: z.string() }),
    z.object({ code: z.literal('keep-watching') }),
  ])
  .register(named, { id: 'NextStep' });

export const completeness = z
  .object({
    expected: count,
    received: count,
    share: z.number().nullable(),
    missing: z.array(z.string()),
    missingCount: count,
  })
  .register(named, { id: 'Completeness' });
