import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, rangeOf } from '../../src/core/analysis/range.js';
import { SECTIONS } from '../../src/core/digest/content.js';
import { dueAfter, type Schedule } from '../../src/core/digest/schedule.js';
import { makeEveryDigest } from '../../src/core/operations/digest/make.js';
import type { Log } from '../../src/core/ingest/context.js';
import type { Context } from '../../src/core/operations/operation.js';
import { addChannel } from '../../src/core/store/channels.js';
import { openDatabase, type Database } from '../../src/core/store/database.js';
import { addSubscription } from '../../src/core/store/digest-subscriptions.js';
import { SILENT, testSystem, type TestSystem } from '../support/context.js';

/** A year that begins and ends in the same season, whose Sundays change the clocks of four of these zones. */
const BEGIN = new Date('2026-01-31T12:00:00Z');
const WEEKS = 52;
const END = new Date(BEGIN.getTime() + WEEKS * 7 * 86_400_000);
const PROCESSES = 3;
const SUNDAY = 7;

const weekly = (zone: string, time: string): Schedule => ({
  period: 'weekly',
  weekday: SUNDAY,
  monthDay: null,
  time,
  zone,
});

/** Times that changes of clocks take away or bring twice, where there are any. */
const SCHEDULES: readonly Schedule[] = [
  weekly('Europe/Berlin', '02:30'),
  weekly('America/New_York', '01:30'),
  weekly('Asia/Kolkata', '09:00'),
  weekly('Australia/Lord_Howe', '02:15'),
  weekly('Pacific/Apia', '00:05'),
  { period: 'monthly', weekday: null, monthDay: 31, time: '23:30', zone: 'America/New_York' },
];

/** Trouble is waited out by the product, and here it ends the test. */
const LOUD: Log = {
  ...SILENT,
  error: (message, facts) => {
    throw new Error(message, { cause: facts?.['error'] });
  },
};

interface Told {
  readonly subscription: number;
  readonly dueAt: Date;
  readonly madeAt: Date;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly deliveries: number;
}

let system: TestSystem;
let others: Database[];
let context: Context;
let clock = BEGIN;
let told: Told[];

/** Every process has its own connections, and all are told at the same moment that time has come. */
beforeAll(async () => {
  system = await testSystem();
  others = await Promise.all(
    Array.from({ length: PROCESSES - 1 }, () => openDatabase({ connection: system.url, connections: 3 })),
  );
  context = await system.context('test', { now: () => clock, log: LOUD });
  await subscribe(context);
  const processes = [context, ...others.map((db) => ({ ...context, db }))];

  for (let next = nextDue(); next < END; next = nextDue()) {
    clock = new Date(next.getTime() + (next.getTime() % 59) * 1000);
    await Promise.all(processes.map((each) => makeEveryDigest(each)));
  }
  told = await everyDigest();
});
afterAll(async () => {
  await Promise.all(others.map((db) => db.close()));
  await system.close();
});

describe('over 52 weeks, with several processes, a digest', () => {
  it.each(SCHEDULES.map((schedule, at) => ({ ...schedule, at })))(
    'that is $period at $time in $zone comes each time once, at its local time, and no day is left out or told twice',
    ({ at, ...schedule }) => {
      const own = told.filter(({ subscription }) => subscription === at);

      expect(own).toHaveLength(schedule.period === 'weekly' ? WEEKS : 12);
      const passedOver = own.filter(({ dueAt }) => clockOf(dueAt, schedule.zone) !== schedule.time);
      expect(passedOver.map(({ dueAt }) => dueAt.toISOString())).toEqual(GAPS[schedule.zone]?.[at] ?? []);
      for (const [index, { dueAt, madeAt, firstDay, lastDay, deliveries }] of own.entries()) {
        expect(madeAt.getTime() - dueAt.getTime()).toBeLessThan(60_000);
        expect(deliveries).toBe(1);
        expect(Date.parse(lastDay) + 86_400_000).toBeLessThanOrEqual(dueAt.getTime());
        expect(firstDay).toBe(addDays(own[index - 1]?.lastDay ?? addDays(firstDay, -1), 1));
        expect(daysFrom(firstDay, lastDay)).toSatisfy(LENGTHS[schedule.period]);
      }
    },
  );
});

const LENGTHS = {
  daily: (days: number) => days === 1,
  weekly: (days: number) => days === 7,
  monthly: (days: number) => days >= 28 && days <= 31,
} as const;

const daysFrom = (first: string, last: string) => rangeOf(first, last).days;

/** Where a change of clocks passed over the time, the digest comes right after it. By zone and place in the list. */
const GAPS: Readonly<Record<string, Readonly<Record<number, readonly string[]>>>> = {
  'Europe/Berlin': { 0: ['2026-03-29T01:00:00.000Z'] },
  'Australia/Lord_Howe': { 3: ['2026-10-03T15:30:00.000Z'] },
};

async function subscribe({ db, tenant }: Context): Promise<void> {
  const made = { at: clock, by: 'test' };
  await db.within(tenant, async (session) => {
    const channelId = await addChannel(session, tenant, {
      name: 'ops',
      kind: 'terminal',
      workspace: null,
      address: null,
      destination: {},
      secret: null,
      takesAll: true,
      leastSeverity: 'info',
      quietFrom: null,
      quietUntil: null,
      zone: 'UTC',
      createdAt: made.at,
      createdBy: made.by,
    });
    for (const schedule of SCHEDULES)
      await addSubscription(
        session,
        tenant,
        {
          ...schedule,
          channelId: channelId ?? 0,
          domains: null,
          sections: SECTIONS,
          enabled: true,
          nextAt: dueAfter(schedule, clock).at,
        },
        made,
      );
  });
}

function nextDue(): Date {
  const [next = END] = SCHEDULES.map((schedule) => dueAfter(schedule, clock).at).toSorted(
    (a, b) => a.getTime() - b.getTime(),
  );
  return next;
}

async function everyDigest(): Promise<Told[]> {
  const { db, tenant } = context;
  return db.within(tenant, (session) =>
    session.rows<Told>(
      `SELECT d.subscription_id - (SELECT MIN(id) FROM digest_subscription) AS subscription, d.due_at AS "dueAt",
         d.made_at AS "madeAt", d.first_day AS "firstDay", d.last_day AS "lastDay",
         (SELECT COUNT(*) FROM delivery x WHERE x.subject = 'digest' AND x.subject_id = d.id) AS deliveries
       FROM digest d ORDER BY d.subscription_id, d.due_at`,
    ),
  );
}

/** What a clock on the wall shows, by another way than the schedule's. */
function clockOf(at: Date, zone: string): string {
  return at.toLocaleTimeString('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
}
