import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChannelSpeaker } from '../../../src/bot/delivery/speakers.js';
import { Refused } from '../../../src/bot/platform.js';
import { later, openWorld, type Process, type World } from './support.js';

const HOUR_MS = 3_600_000;

let world: World;
let one: Process;
let heard: string[];
let refuses: boolean;
beforeEach(async () => {
  world = await openWorld();
  heard = [];
  refuses = true;
  const speaker: ChannelSpeaker = {
    edits: false,
    speaker: {
      edits: false,
      post: (_to, { card }) => {
        heard.push(card.title);
        return refuses ? Promise.reject(new Refused('It refused the message (404).')) : Promise.resolve({});
      },
    },
  };
  one = await world.process({ webhook: speaker });
  const hook = await world.channel('hook', { kind: 'webhook', workspace: null, address: null });
  await world.change(1, { channels: [hook] });
  await one.settleAll();
});
afterEach(() => world.close());

it('is sent again where a receiver that cannot be shown edits refused it for a while', async () => {
  refuses = false;
  later(world, 60_000);
  await one.settleAll();
  later(world, 24 * HOUR_MS);
  await one.settleAll();

  expect(heard).toEqual(['Thing 1 v1', 'Thing 1 v1']);
  expect(await world.log(1, 'hook')).toEqual(['failed refused', 'posted v1']);
  expect(await world.delivery(1, 'hook')).toMatchObject({ heldCode: null, nextAt: null });
});

it('rests after five hours of refusals, and the next version is tried as often', async () => {
  for (let turn = 0; turn < 10; turn += 1) {
    later(world, 4 * HOUR_MS);
    await one.settleAll();
  }
  expect(heard).toHaveLength(5);
  expect(await world.delivery(1, 'hook')).toMatchObject({ heldCode: 'refused', nextAt: null });

  await world.change(1);
  await one.settleAll();
  later(world, 60_000);
  await one.settleAll();

  expect(heard.slice(5)).toEqual(['Thing 1 v2', 'Thing 1 v2']);
});
