import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OneWayPost } from '../../../src/bot/one-way.js';
import { createReconciler, type Reconciler } from '../../../src/bot/delivery/reconcile.js';
import type { ChannelSpeaker } from '../../../src/bot/delivery/speakers.js';
import { SUBJECTS } from '../../../src/bot/delivery/subjects.js';
import type { ChannelKind } from '../../../src/core/operations/delivery/work.js';
import { makeEveryDigest } from '../../../src/core/operations/digest/make.js';
import { refreshEveryDigest } from '../../../src/core/operations/digest/refresh.js';
import { digestAdd } from '../../../src/core/operations/digest/subscribe.js';
import { asking } from '../../core/operations/asking.js';
import { memorySpeaker, type MemorySpeaker } from '../../support/speaker.js';
import { reportXml } from '../../support/reports.js';
import { takeIn } from '../../support/samples.js';
import { later, openWorld, type World } from './support.js';

const DAY_MS = 86_400_000;

describe('a digest', () => {
  let world: World;
  let slack: MemorySpeaker;
  let mails: OneWayPost[];
  let reconciler: Reconciler;

  beforeEach(async () => {
    world = await openWorld();
    slack = memorySpeaker();
    mails = [];
    const email: ChannelSpeaker = {
      edits: false,
      speaker: {
        edits: false,
        post: (_to, post) => {
          mails.push(post);
          return Promise.resolve({ id: `mail-${mails.length}` });
        },
      },
    };
    reconciler = createReconciler({
      system: world.context,
      speakers: new Map<ChannelKind, ChannelSpeaker>([
        ['slack', { edits: true, speaker: slack }],
        ['email', email],
      ]),
      subjects: SUBJECTS,
      wake: () => {},
    });
  });
  afterEach(async () => {
    await reconciler.stop(500);
    await world.close();
  });

  const settleAll = async () => {
    while ((await reconciler.turn()) > 0) await reconciler.idle();
  };
  /** Messages of one reporter on the last day of what the digest tells of. */
  const report = (orgName: string, count: number) =>
    takeIn(
      world.context,
      reportXml({ orgName, reportId: orgName, records: [{ count }] })
        .replace(/<begin>\d+/u, `<begin>${Date.parse('2026-03-15') / 1000}`)
        .replace(/<end>\d+/u, `<end>${Date.parse('2026-03-15') / 1000 + 86_399}`),
    );

  it('is posted in quiet hours too, edited when late reports come, and sent once where nothing can be edited', async () => {
    const quiet = { quietFrom: '00:00', quietUntil: '23:59' };
    await world.channel('C1', quiet);
    const place = {
      kind: 'email',
      workspace: null,
      address: null,
      destination: { to: ['a@example.com'] },
    } as const;
    await world.channel('mail', { ...place, ...quiet });
    for (const channel of ['C1', 'mail'])
      await asking(digestAdd, { frequency: 'daily', time: '09:00', zone: 'UTC', channel }, world.context);
    await report('first', 1_000);
    world.now = new Date('2026-03-16T09:00:00Z');

    await makeEveryDigest(world.context);
    await settleAll();
    later(world, DAY_MS / 2);
    await report('second', 500);
    await refreshEveryDigest(world.context);
    await settleAll();

    const [message, ...others] = slack.messages();
    expect(others).toEqual([]);
    expect(message).toMatchObject({ edits: 1, replies: [], mentions: [] });
    expect(message?.card.title).toBe('Daily digest of example.com');
    expect(message?.card.verdict).toContain('1,500 messages');
    expect(mails.map(({ subject, card }) => [subject, card.verdict.includes('1,000 messages')])).toEqual([
      ['digest', true],
    ]);
  });
});
