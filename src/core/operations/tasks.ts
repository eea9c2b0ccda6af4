import { z } from 'zod';
import { listDead, revive, type DeadLetter } from '../store/dead-letters.js';
import { requeue } from '../store/read-jobs.js';
import {
  countDead,
  documentsOf,
  findTask,
  queueFigures,
  type FoundDocument,
  type QueueFigures,
  type TaskRow,
} from '../store/tasks.js';
import { pageOf, placeShapes, readCursor } from './cursor.js';
import { pageFields } from './fields.js';
import { operation, OperationError, type Context } from './operation.js';

export interface TasksResult {
  readonly queues: readonly (Omit<QueueFigures, 'oldest'> & {
    /** Since when the oldest waits, ISO 8601 in UTC; null where nothing waits. */
    readonly oldest: string | null;
  })[];
  /** Documents that were given up. */
  readonly dead: number;
}

export const tasks = operation({
  name: 'tasks',
  summary: 'Tell how much work waits, is under way, is tried again, and was given up',
  role: 'viewer',
  effect: 'reads',
  input: z.object({}),
  run: ({ db, tenant }): Promise<TasksResult> =>
    db.within(tenant, async (session) => ({
      queues: (await queueFigures(session, tenant)).map((one) => ({
        ...one,
        oldest: one.oldest?.toISOString() ?? null,
      })),
      dead: await countDead(session, tenant),
    })),
});

/** Documents of one file that are listed. */
const DOCUMENTS_LISTED = 100;

export interface TaskResult extends Omit<
  TaskRow,
  'id' | 'task' | 'receivedAt' | 'endedAt' | 'nextTryAt' | 'removedAt'
> {
  readonly id: string;
  /** Times are ISO 8601 in UTC. */
  readonly receivedAt: string;
  readonly endedAt: string | null;
  readonly nextTryAt: string | null;
  readonly removedAt: string | null;
  /** What was found, the first hundred. */
  readonly documents: readonly FoundDocument[];
}

const taskField = z.guid('must be the id of a task').describe('Id of the task');

export const task = operation({
  name: 'task',
  summary: 'Tell what became of one file or mail that came in',
  role: 'viewer',
  effect: 'reads',
  input: z.object({ id: taskField }),
  run: ({ db, tenant }, { id }): Promise<TaskResult> =>
    db.within(tenant, async (session) => {
      const row = await findTask(session, tenant, id);
      if (row === null) throw unknownTask(id);
      const { id: rawId, task: found, receivedAt, endedAt, nextTryAt, removedAt, ...rest } = row;
      return {
        ...rest,
        id: found,
        receivedAt: receivedAt.toISOString(),
        endedAt: endedAt?.toISOString() ?? null,
        nextTryAt: nextTryAt?.toISOString() ?? null,
        removedAt: removedAt?.toISOString() ?? null,
        documents: await documentsOf(session, tenant, rawId, DOCUMENTS_LISTED),
      };
    }),
});

export interface DeadLetterItem extends Omit<DeadLetter, 'id' | 'task' | 'receivedAt' | 'failedAt'> {
  /** Id of the task. */
  readonly id: string;
  /** ISO 8601 in UTC. */
  readonly receivedAt: string;
  readonly failedAt: string;
}

export interface DeadLettersResult {
  readonly total: number;
  readonly items: readonly DeadLetterItem[];
  readonly next: string | null;
}

export const deadLetters = operation({
  name: 'dead-letters',
  summary: 'List what came in and was given up, with the reason',
  role: 'viewer',
  effect: 'reads',
  input: z.object({ ...pageFields }),
  run: ({ db, tenant }, { limit, cursor }): Promise<DeadLettersResult> =>
    db.within(tenant, async (session) => {
      const [before = null] = readCursor(cursor, z.tuple([placeShapes.id])) ?? [];
      const rows = await listDead(session, tenant, { before, limit: limit + 1 });
      const { items, next } = pageOf(rows, limit, (row) => [row.id]);
      return {
        total: await countDead(session, tenant),
        items: items.map(({ id: _id, task: id, receivedAt, failedAt, ...rest }) => ({
          ...rest,
          id,
          receivedAt: receivedAt.toISOString(),
          failedAt: failedAt.toISOString(),
        })),
        next,
      };
    }),
});

/** Dead letters queued again in one transaction. */
const REDRIVEN_AT_ONCE = 1_000;

export interface RedriveResult {
  /** Dead letters that are tried again. */
  readonly redriven: number;
}

export const redrive = operation({
  name: 'redrive',
  summary: 'Try again to read what was given up: one by its id, or all',
  role: 'admin',
  effect: 'changes',
  input: z
    .object({
      id: taskField.optional(),
      all: z.boolean().default(false).describe('Every dead letter'),
    })
    .refine(({ id, all }) => (id !== undefined) !== all, 'needs the id of one dead letter, or all')
    .meta({ minProperties: 1 }),
  run: async (context, { id }): Promise<RedriveResult> => {
    let redriven = 0;
    for (;;) {
      const revived = await reviveSome(context, id ?? null);
      redriven += revived;
      if (revived < REDRIVEN_AT_ONCE) break;
    }
    if (id !== undefined && redriven === 0) throw await notDead(context, id);
    context.wake?.();
    return { redriven };
  },
});

function reviveSome({ db, tenant, retries }: Context, id: string | null): Promise<number> {
  return db.within(tenant, async (session) => {
    const revived = await revive(session, tenant, { task: id, most: REDRIVEN_AT_ONCE });
    await requeue(session, tenant, revived, retries);
    return revived.length;
  });
}

async function notDead({ db, tenant }: Context, id: string): Promise<OperationError> {
  const row = await db.within(tenant, (session) => findTask(session, tenant, id));
  if (row === null) return unknownTask(id);
  return row.state === 'dead'
    ? new OperationError(
        'task-removed',
        'Its bytes are gone, by the rules of retention; it cannot be tried again.',
      )
    : new OperationError('task-not-dead', `This task was not given up: it is ${row.state}.`);
}

function unknownTask(id: string): OperationError {
  return new OperationError('task-unknown', `There is no task ${id}; the list is: tasks, dead-letters.`);
}
