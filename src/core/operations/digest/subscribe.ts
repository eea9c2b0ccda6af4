import { z } from 'zod';
import { SECTIONS } from '../../digest/content.js';
import { dueAfter, type Period, type Schedule } from '../../digest/schedule.js';
import {
  addSubscription,
  countSubscriptions,
  listSubscriptions,
  removeSubscription,
  setSubscription,
  type SubscriptionRow,
  type SubscriptionSet,
} from '../../store/digest-subscriptions.js';
import type { Session } from '../../store/session.js';
import { pageOf, placeShapes, readCursor } from '../cursor.js';
import { pageFields } from '../fields.js';
import { operation, OperationError, type Context } from '../operation.js';
import { idField, frequencyField, scheduleFields, WEEKDAYS } from './fields.js';
import {
  channelFor,
  claimedIds,
  knownSubscription,
  subscriptionItems,
  type SubscriptionItem,
} from './subscription.js';

const DEFAULT_TIME = '09:00';
/** Nobody reads more, and each costs a look at all its domains. */
const MOST = 200;

export interface DigestsResult {
  readonly items: readonly SubscriptionItem[];
  readonly next: string | null;
}

export const digests = operation({
  name: 'digests',
  summary: 'List the digests: where they come, when and about what',
  role: 'viewer',
  effect: 'reads',
  input: z.object(pageFields),
  run: ({ db, tenant }, input): Promise<DigestsResult> =>
    db.reading(tenant, async (session) => {
      const cursor = readCursor(input.cursor, z.tuple([placeShapes.ordinal]));
      const page = { limit: input.limit + 1, after: cursor?.[0] ?? null };
      const rows = await listSubscriptions(session, tenant, page);
      const { items, next } = pageOf(rows, input.limit, ({ id }) => [id]);
      return { items: await subscriptionItems(session, tenant, items), next };
    }),
});

export const digestAdd = operation({
  name: 'digest-add',
  summary: 'Have a digest come to a channel every day, week or month',
  role: 'admin',
  effect: 'changes',
  input: z.object({ frequency: frequencyField, ...scheduleFields }),
  run: (context, input): Promise<SubscriptionItem> => {
    const { db, tenant, now, actor } = context;
    return db.within(tenant, async (session) => {
      if ((await countSubscriptions(session, tenant)) >= MOST)
        throw new OperationError(
          'too-many-digests',
          `There are ${MOST} digests, which is the most; remove one first.`,
        );
      const channel = await channelFor(context, session, input.channel);
      const schedule = scheduleOf(input, null, channel.zone);
      const id = await addSubscription(
        session,
        tenant,
        {
          ...schedule,
          channelId: channel.id,
          domains: input.domains === undefined ? null : await claimedIds(context, session, input.domains),
          sections: input.sections ?? SECTIONS,
          enabled: true,
          nextAt: dueAfter(schedule, now()).at,
        },
        { at: now(), by: actor.name },
      );
      return itemOf(context, session, id);
    });
  },
  changed: ({ id }) => ({ id }),
});

export const digestSet = operation({
  name: 'digest-set',
  summary: 'Change when a digest comes, where and about what, or turn it off and on',
  role: 'admin',
  effect: 'changes',
  input: z.object({
    id: idField,
    frequency: frequencyField.optional(),
    ...scheduleFields,
    enabled: z.boolean().optional().describe('Whether it comes at all'),
  }),
  run: (context, input): Promise<SubscriptionItem> => {
    const { db, tenant } = context;
    return db.within(tenant, async (session) => {
      const { id, ...asked } = input;
      if (Object.values(asked).every((value) => value === undefined))
        throw new OperationError(
          'nothing-to-set',
          `Say what to change, such as: digest-set ${id} time:08:00`,
        );
      const before = await knownSubscription(context, session, id);
      const set = await changedSet(context, session, before, asked);
      await setSubscription(session, tenant, id, set);
      return itemOf(context, session, id);
    });
  },
});

type Asked = Partial<z.output<typeof digestSet.input>>;

async function changedSet(
  context: Context,
  session: Session,
  before: SubscriptionRow,
  asked: Asked,
): Promise<SubscriptionSet> {
  const schedule = scheduleOf({ ...asked, frequency: asked.frequency ?? before.period }, before, before.zone);
  const enabled = asked.enabled ?? before.enabled;
  const moved = (['period', 'weekday', 'monthDay', 'time', 'zone'] as const).some(
    (name) => schedule[name] !== before[name],
  );
  return {
    ...schedule,
    enabled,
    channelId:
      asked.channel === undefined ? before.channelId : (await channelFor(context, session, asked.channel)).id,
    domains: asked.domains === undefined ? before.domains : await claimedIds(context, session, asked.domains),
    sections: asked.sections ?? before.sections,
    // One that is due right now is not lost by a change of something else.
    nextAt: moved || (enabled && !before.enabled) ? dueAfter(schedule, context.now()).at : before.nextAt,
  };
}

export const digestRemove = operation({
  name: 'digest-remove',
  summary: 'Remove a digest; what was posted stays',
  role: 'admin',
  effect: 'changes',
  input: z.object({ id: idField }),
  run: (context, { id }): Promise<SubscriptionItem> => {
    const { db, tenant } = context;
    return db.within(tenant, async (session) => {
      const item = await itemOf(context, session, id);
      await removeSubscription(session, tenant, id);
      return { ...item, enabled: false, nextAt: null };
    });
  },
  changed: ({ channel, frequency }) => ({ channel, frequency }),
});

interface AskedSchedule {
  readonly frequency: Period;
  readonly weekday?: (typeof WEEKDAYS)[number] | undefined;
  readonly day?: number | undefined;
  readonly time?: string | undefined;
  readonly zone?: string | undefined;
}

/** What was asked for, over what holds, over the usual. Throws OperationError for a day that the period has none of. */
function scheduleOf(asked: AskedSchedule, before: Schedule | null, zone: string): Schedule {
  const { frequency: period } = asked;
  if (asked.weekday !== undefined && period !== 'weekly')
    throw new OperationError('weekday-of-weekly', `A ${period} digest has no weekday; a weekly one has.`);
  if (asked.day !== undefined && period !== 'monthly')
    throw new OperationError(
      'day-of-monthly',
      `A ${period} digest has no day of the month; a monthly one has.`,
    );
  const weekday = asked.weekday === undefined ? null : WEEKDAYS.indexOf(asked.weekday) + 1;
  return {
    period,
    weekday: period === 'weekly' ? (weekday ?? before?.weekday ?? 1) : null,
    monthDay: period === 'monthly' ? (asked.day ?? before?.monthDay ?? 1) : null,
    time: asked.time ?? before?.time ?? DEFAULT_TIME,
    zone: asked.zone ?? zone,
  };
}

async function itemOf(context: Context, session: Session, id: number): Promise<SubscriptionItem> {
  const row = await knownSubscription(context, session, id);
  const [item] = await subscriptionItems(session, context.tenant, [row]);
  if (item === undefined) throw new Error('a row gives an item');
  return item;
}
