import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { memorySpeaker, type MemorySpeaker } from '../../support/speaker.js';
import { later, openWorld, type Process, type World } from './support.js';

let world: World;
let slack: MemorySpeaker;
let one: Process;
beforeEach(async () => {
  world = await openWorld();
  slack = memorySpeaker();
  one = await world.process({ slack: { edits: true, speaker: slack } });
});
afterEach(() => world.close());

const titles = () =>
  slack
    .messages()
    .map(({ card }) => card.title)
    .toSorted();

it('waits alone, longer each time, where nobody can say whether it may be sent', async () => {
  const ops = await world.channel('ops');
  for (let id = 1; id <= 3; id += 1) await world.change(id, { channels: [ops] });
  let asked = 0;
  world.thing(1).plan = () => {
    asked += 1;
    throw new Error('no code thought of this');
  };

  await one.settleAll();
  expect(titles()).toEqual(['Thing 2 v1', 'Thing 3 v1']);
  expect(await world.delivery(1, 'ops')).toMatchObject({ attempts: 1, heldCode: null, begunAt: null });
  expect(await world.log(1, 'ops')).toEqual(['failed not-made']);
  for (let second = 0; second < 60; second += 1) {
    later(world, 1_000);
    await one.settleAll();
  }
  expect(asked).toBeGreaterThan(3);
  expect(asked).toBeLessThan(12);

  world.thing(1).plan = () => ({ do: 'send' });
  later(world, 120_000);
  await one.settleAll();
  expect(titles()).toEqual(['Thing 1 v1', 'Thing 2 v1', 'Thing 3 v1']);
  expect(await world.delivery(1, 'ops')).toMatchObject({ attempts: 0, nextAt: null, lastError: null });
});

it('is changed by the next version where its reply cannot be decided on, and the first is kept', async () => {
  const ops = await world.channel('ops');
  await world.change(1, { channels: [ops] });
  await one.settleAll();
  await world.change(1);
  world.thing(1).plan = () => {
    throw new Error('no code thought of this');
  };

  await one.settleAll();

  expect(titles()).toEqual(['Thing 1 v2']);
  expect(await world.delivery(1, 'ops')).toMatchObject({ shownVersion: 2, toldVersion: 1, attempts: 1 });
  expect(await world.log(1, 'ops')).toEqual(['posted v1', 'updated v2', 'failed not-made']);
});

it('is told seconds later, and not when its lease ends, where the database failed while it was in hand', async () => {
  const ops = await world.channel('ops');
  await world.change(1, { channels: [ops] });
  const owner = new pg.Client({ connectionString: world.system.url });
  await owner.connect();
  world.loaded = async () => {
    await owner.query('ALTER TABLE dmarc_ops.send_budget RENAME TO send_budget_away');
    world.loaded = () => Promise.resolve();
  };

  await one.settleAll();
  await owner.query('ALTER TABLE dmarc_ops.send_budget_away RENAME TO send_budget');
  await owner.end();
  expect(titles()).toEqual([]);
  later(world, 6_000);
  await one.settleAll();

  expect(titles()).toEqual(['Thing 1 v1']);
  expect(await world.delivery(1, 'ops')).toMatchObject({ shownVersion: 1, nextAt: null });
});
