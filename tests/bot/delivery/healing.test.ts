import { afterEach, beforeEach, expect, it } from 'vitest';
import { Gone } from '../../../src/bot/platform.js';
import { channels } from '../../../src/core/operations/alert/channels.js';
import { perform } from '../../../src/core/operations/perform.js';
import { memorySpeaker, type MemorySpeaker } from '../../support/speaker.js';
import { later, openWorld, type Process, type World } from './support.js';

const MINUTE_MS = 60_000;
const REVOKED = new Gone('channel', 'The app was removed.', { heals: true });

let world: World;
let slack: MemorySpeaker;
let one: Process;
let two: Process;
let ops: number;
beforeEach(async () => {
  world = await openWorld();
  slack = memorySpeaker();
  const speakers = { slack: { edits: true, speaker: slack } } as const;
  one = await world.process(speakers);
  two = await world.process(speakers, true);
  ops = await world.channel('ops');
  await world.channel('others');
  slack.befall((_call, channel) => (channel === 'ops' ? { before: REVOKED } : null));
});
afterEach(() => world.close());

const tried = () => slack.calls.filter(({ channel }) => channel === 'ops').length;
const titles = (channel: string) =>
  slack
    .messages(channel)
    .map(({ card }) => card.title)
    .toSorted();

async function minutes(count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 10) {
    later(world, 10 * MINUTE_MS);
    await one.settleAll();
    await two.settleAll();
  }
}

it('is tried with one message an hour while its credentials do not work, and told of elsewhere once', async () => {
  for (let id = 1; id <= 40; id += 1) await world.change(id, { channels: [ops] });
  await one.settleAll();
  await two.settleAll();
  expect(tried()).toBe(1);

  await minutes(300);

  expect(tried()).toBe(6);
  expect(titles('others')).toEqual(['Nothing is sent to ops']);
  expect(slack.messages('others')[0]?.card.verdict).toContain(
    'The app was removed. It is tried again every hour.',
  );
  expect(await world.log(1, 'ops')).toEqual(['parked credentials']);
});

it('goes on by itself within an hour of the credentials working, with all that waited', async () => {
  for (let id = 1; id <= 40; id += 1) await world.change(id, { channels: [ops] });
  await one.settleAll();
  await minutes(90);
  slack.befall(() => null);

  await minutes(60);
  expect(titles('ops').length).toBeGreaterThan(0);
  for (let second = 0; second < 40; second += 1) {
    later(world, 1_000);
    await one.settleAll();
  }

  expect(titles('ops')).toHaveLength(40);
  const { items } = await perform(channels, world.context, {});
  expect(items.map(({ name, parked, waiting }) => [name, parked, waiting])).toEqual([
    ['ops', null, 0],
    ['others', null, 0],
  ]);
});

it('is not kept from healing by what is not to be sent any more, nor by trouble of another kind', async () => {
  await world.change(1, { channels: [ops] });
  await one.settleAll();
  await world.change(2, { channels: [ops] });
  await one.settleAll();
  world.thing(1).plan = () => ({ do: 'skip', code: 'over', detail: 'it is over' });
  slack.befall((_call, channel) =>
    channel === 'ops' ? { before: new Error('the platform is down') } : null,
  );
  await minutes(70);
  slack.befall(() => null);

  await minutes(70);

  expect(titles('ops')).toEqual(['Thing 2 v1']);
});

it('is tried with what comes when nothing is left that waits', async () => {
  await world.change(1, { channels: [ops] });
  await one.settleAll();
  world.thing(1).plan = () => ({ do: 'skip', code: 'over', detail: 'it is over' });
  await minutes(120);
  slack.befall(() => null);

  await world.change(2, { channels: [ops] });
  await minutes(60);

  expect(titles('ops')).toEqual(['Thing 2 v1']);
});

it('is tried no more once it is said to be gone for good, which is told elsewhere', async () => {
  await world.change(1, { channels: [ops] });
  await one.settleAll();
  slack.befall((_call, channel) =>
    channel === 'ops' ? { before: new Gone('channel', 'The channel was deleted.') } : null,
  );

  await minutes(60);
  const before = tried();
  await world.change(2, { channels: [ops] });
  await minutes(180);

  expect(before).toBe(2);
  expect(tried()).toBe(2);
  const { items } = await perform(channels, world.context, {});
  expect(items[0]).toMatchObject({ name: 'ops', parked: { reason: 'The channel was deleted.' } });
  expect(slack.messages('others').map(({ card }) => card.verdict)).toEqual([
    expect.stringContaining('It is tried again every hour.'),
    expect.stringContaining('The channel was deleted.'),
  ]);
});
