import { expect, it } from 'vitest';
import { noticeSubjects } from '../../../src/bot/delivery/notice-subject.js';
import { createReconciler } from '../../../src/bot/delivery/reconcile.js';
import type { ChannelSpeaker } from '../../../src/bot/delivery/speakers.js';
import type { LoadSubjects, Told } from '../../../src/bot/delivery/subject.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { NOW, testSystem } from '../../support/context.js';
import { until } from '../../support/until.js';

const CARD = { title: 'T', tone: 'neutral', verdict: 'V', parts: [], advice: null } as const;
const TOLD: Told = {
  version: 1,
  notableVersion: 1,
  plan: () => ({ do: 'send' }),
  card: () => ({ ...CARD, buttons: [], form: null, footer: null }),
  replyCard: () => ({ ...CARD, buttons: [], form: null, footer: null }),
  mentions: [],
  alert: null,
  change: null,
};
const subjects: LoadSubjects = (_context, ids) =>
  Promise.resolve(new Map(ids.map((id) => [id, TOLD] as const)));

/** Gives a tenant webhooks of that name, and each so many things to be told, channel by channel. */
async function fill({ db, tenant }: Context, name: string, channels: number, things: number): Promise<void> {
  await db.within(tenant, async (session) => {
    await session.run(
      `INSERT INTO channel (tenant_id, name, kind, destination, created_at, created_by)
       SELECT $1, $2 || n, 'webhook', jsonb_build_object('name', $2::text, 'n', n), $3, 'test'
       FROM generate_series(1, $4::integer) AS n`,
      [tenant, name, NOW, channels],
    );
    await session.run(
      `INSERT INTO delivery (tenant_id, subject, subject_id, channel_id, wanted_version, wanted_notable, next_at)
       SELECT $1, 'alert', n, c.id, 1, 1, $2 FROM channel c CROSS JOIN generate_series(1, $3::integer) AS n
       WHERE c.tenant_id = $1 ORDER BY c.id, n`,
      [tenant, NOW, things],
    );
  });
}

it.each([
  { much: 'more than fits in hand', channels: 70, things: 14 },
  { much: 'more channels than are spoken to at once', channels: 90, things: 2 },
])('a tenant whose channels all hang, $much, keeps no other waiting', async ({ channels, things }) => {
  const system = await testSystem();
  const [hanging, other] = [await system.context('hanging'), await system.context('other')];
  await fill(hanging, 'hangs', channels, things);
  const calls: unknown[] = [];
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const speaker: ChannelSpeaker = {
    edits: false,
    speaker: {
      edits: false,
      post: async ({ destination }) => {
        calls.push(destination['name']);
        if (destination['name'] === 'hangs') await released;
        return {};
      },
    },
  };
  const reconciler = createReconciler({
    system: hanging,
    speakers: new Map([['webhook', speaker]]),
    subjects: { alert: subjects, digest: subjects, notice: noticeSubjects },
    wake: () => {},
  });
  for (let turn = 0; turn < 6; turn += 1) await reconciler.turn();
  await until('something hangs', () => Promise.resolve(calls.includes('hangs') || null));

  await fill(other, 'answers', 1, 1);
  await reconciler.turn();
  await until('the other tenant is told', () => Promise.resolve(calls.includes('answers') || null), 5_000);

  expect(calls.filter((name) => name === 'answers')).toHaveLength(1);
  const stopped = reconciler.stop(10_000);
  release();
  await stopped;
  await system.close();
});

it('a tenant for whom there was no room is asked first where there is room again', async () => {
  const system = await testSystem();
  const names = ['first', 'second', 'third', 'fourth', 'fifth'];
  const tenants = new Map<number, string>();
  for (const name of names) {
    const context = await system.context(name);
    await fill(context, name, 13, 30);
    tenants.set(context.tenant, name);
  }
  const asked: string[] = [];
  const noted: LoadSubjects = (context, ids) => {
    asked.push(tenants.get(context.tenant) ?? '');
    return subjects(context, ids);
  };
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let endFirst = (): void => {};
  const firstEnded = new Promise<void>((resolve) => {
    endFirst = resolve;
  });
  const speaker: ChannelSpeaker = {
    edits: false,
    speaker: {
      edits: false,
      post: async ({ destination }) => {
        await (destination['name'] === 'first' ? firstEnded : ended);
        return {};
      },
    },
  };
  const reconciler = createReconciler({
    system: await system.context('first'),
    speakers: new Map([['webhook', speaker]]),
    subjects: { alert: noted, digest: noted, notice: noticeSubjects },
    wake: () => {},
  });
  while ((await reconciler.turn()) > 0);
  expect(asked).toEqual(['first', 'second', 'third', 'fourth']);

  endFirst();
  await until('something is taken', async () => ((await reconciler.turn()) > 0 ? true : null));

  expect(asked[4]).toBe('fifth');
  const stopped = reconciler.stop(10_000);
  end();
  await stopped;
  await system.close();
});
