import { z } from 'zod';
import { count, day, moment, named, next } from './parts.js';

const text = z.string().nullable();
/** Id of a task. */
const id = z.string().meta({ format: 'uuid' });

export const tasksResult = z
  .object({
    queues: z.array(
      z.object({
        queue: z.string(),
        waiting: count,
        active: count,
        retrying: count,
        oldest: moment.nullable(),
      }),
    ),
    dead: count.meta({ description: 'Documents that were given up' }),
  })
  .register(named, { id: 'Tasks' });

export const taskResult = z
  .object({
    id,
    state: z.enum(['waiting', 'active', 'retrying', 'done', 'dead']),
    queue: text,
    name: z.string(),
    source: z.string(),
    size: count,
    receivedAt: moment,
    endedAt: moment.nullable(),
    failures: count,
    unfinished: count,
    nextTryAt: moment.nullable(),
    code: text,
    message: text,
    removedAt: moment.nullable(),
    documents: z.array(
      z.object({
        kind: z.string(),
        outcome: z.string(),
        member: text,
        reportId: count.nullable(),
        messages: count,
        problems: count,
        code: text,
        message: text,
      }),
    ),
  })
  .register(named, { id: 'Task' });

export const deadLettersResult = z
  .object({
    total: count,
    items: z.array(
      z.object({
        id,
        name: z.string(),
        source: z.string(),
        size: count,
        receivedAt: moment,
        failedAt: moment,
        code: z.string(),
        message: z.string(),
        kept: z.boolean().meta({ description: 'Whether its bytes are still there, to be tried again' }),
      }),
    ),
    next,
  })
  .register(named, { id: 'DeadLetters' });

export const redriveResult = z.object({ redriven: count }).register(named, { id: 'Redriven' });

const days = count.nullable().meta({ description: 'Days; null to keep' });

export const retentionResult = z
  .object({
    records: days,
    raw: days,
    failures: days,
    changedAt: moment.nullable(),
    changedBy: text,
    expiredBefore: day.nullable(),
  })
  .register(named, { id: 'Retention' });

const intakeFields = {
  name: z.string(),
  kind: z.string(),
  place: z.string(),
  state: z.enum(['good', 'trouble', 'not-running']),
  lastContact: moment.nullable(),
  lastReport: moment.nullable(),
  waiting: count,
  taken: count,
  known: count,
  failed: count,
  failures: z.array(z.object({ name: z.string(), code: z.string(), message: z.string(), at: moment })),
  trouble: z.object({ code: z.string(), message: z.string(), since: moment }).nullable(),
};

export const intakeResult = z
  .object({ items: z.array(z.object(intakeFields)) })
  .register(named, { id: 'Intake' });

export const fetchResult = z
  .object({
    items: z.array(
      z.object({
        ...intakeFields,
        outcome: z.enum(['looked', 'looking', 'nobody']),
        brought: z.object({ taken: count, known: count, failed: count }),
      }),
    ),
    note: z
      .string()
      .nullable()
      .meta({ description: 'Where to see what comes of those that still look; null where none does' }),
  })
  .register(named, { id: 'Fetched' });
