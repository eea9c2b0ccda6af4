import { expect, it } from 'vitest';
import { Gone } from '../../../src/bot/platform.js';
import type { Job } from '../../../src/bot/delivery/job.js';
import { tell } from '../../../src/bot/delivery/one.js';
import type { Told } from '../../../src/bot/delivery/subject.js';
import type { ChannelRow, TakenDelivery } from '../../../src/core/operations/delivery/work.js';
import { NOW } from '../../support/context.js';
import { memorySpeaker } from '../../support/speaker.js';

const DELIVERY: TakenDelivery = {
  id: 1,
  subject: 'alert',
  subjectId: 17,
  channelId: 1,
  wantedVersion: 2,
  wantedNotable: 1,
  shownVersion: 0,
  toldVersion: 0,
  ref: null,
  begunAt: NOW,
  nextAt: NOW,
  attempts: 1,
  heldCode: null,
  woken: 0,
  takes: 2,
};
const CHANNEL: ChannelRow = {
  id: 1,
  name: 'ops',
  kind: 'teams',
  workspace: 'tenant',
  address: 'ops',
  destination: { channel: 'ops' },
  secret: null,
  takesAll: true,
  leastSeverity: 'info',
  quietFrom: null,
  quietUntil: null,
  zone: 'UTC',
  createdAt: NOW,
  createdBy: 'test',
  parked: null,
  dates: 'iso',
};
const CARD = { title: 'Alert 17', tone: 'bad', verdict: 'It fails.', parts: [], advice: null } as const;
const TOLD: Told = {
  version: 2,
  notableVersion: 1,
  plan: () => ({ do: 'send' }),
  card: () => ({ ...CARD, buttons: [], form: null, footer: null }),
  replyCard: () => ({ ...CARD, buttons: [], form: null, footer: null }),
  mentions: [],
  alert: null,
  change: null,
};

it('gives the reference of what was posted, though the rate of the change after it cannot be asked for', async () => {
  const speaker = memorySpeaker();
  const job: Job = {
    tenant: 1,
    delivery: DELIVERY,
    channel: CHANNEL,
    speaker: { edits: true, speaker },
    told: TOLD,
    mentions: [],
    now: () => NOW,
    isStale: () => false,
    budget: (sending) =>
      sending === 'messages' ? Promise.resolve(null) : Promise.reject(new Error('the database is away')),
    begin: () => Promise.resolve(true),
  };

  const outcome = await tell(job);

  const [message] = speaker.messages();
  expect(outcome).toMatchObject({
    end: 'waits',
    settled: { delivery: { ref: { id: message?.id }, shownVersion: 0, begunAt: null, nextAt: NOW } },
  });
});

it('leaves a delivery as it is where nothing was said and the rate cannot be asked for', async () => {
  const job = {
    tenant: 1,
    delivery: DELIVERY,
    channel: CHANNEL,
    speaker: { edits: true, speaker: memorySpeaker() },
    told: TOLD,
    mentions: [],
    now: () => NOW,
    isStale: () => false,
    budget: () => Promise.reject(new Error('the database is away')),
    begin: () => Promise.resolve(true),
  } satisfies Job;

  await expect(tell(job)).rejects.toThrow('the database is away');
});

it('gives the reference of what was posted, though the channel is gone when it is to be changed', async () => {
  const speaker = memorySpeaker();
  speaker.befall((call) => (call === 'update' ? { before: new Gone('channel', 'It was archived.') } : null));
  const job = {
    tenant: 1,
    delivery: DELIVERY,
    channel: CHANNEL,
    speaker: { edits: true, speaker },
    told: TOLD,
    mentions: [],
    now: () => NOW,
    isStale: () => false,
    budget: () => Promise.resolve(null),
    begin: () => Promise.resolve(true),
  } satisfies Job;

  const outcome = await tell(job);

  const [message] = speaker.messages();
  expect(outcome).toMatchObject({ end: 'gone', settled: { delivery: { ref: { id: message?.id } } } });
});
