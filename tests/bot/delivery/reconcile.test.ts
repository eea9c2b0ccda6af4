import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Gone, Refused, TryLater } from '../../../src/bot/platform.js';
import type { ChannelSpeaker } from '../../../src/bot/delivery/speakers.js';
import { resumeHere } from '../../../src/core/operations/delivery/park.js';
import { removeChannel } from '../../../src/core/store/channels.js';
import { setLink } from '../../../src/core/store/chat-people.js';
import { MUTED, wakeHeld } from '../../../src/core/store/held-deliveries.js';
import { addUser } from '../../../src/core/store/users.js';
import { digestOf } from '../../../src/core/identity/secret.js';
import { memorySpeaker, type MemorySpeaker } from '../../support/speaker.js';
import { later, openWorld, type World } from './support.js';

const HOUR_MS = 3_600_000;
const INHIBITED = () =>
  ({ do: 'hold', code: 'inhibited', detail: 'Another explains it.', until: null }) as const;
const edits = (speaker: MemorySpeaker): ChannelSpeaker => ({ edits: true, speaker });
const titles = (speaker: MemorySpeaker, channel?: string) =>
  speaker.messages(channel).map(({ card }) => card.title);
const replies = (speaker: MemorySpeaker, channel?: string) =>
  speaker.messages(channel).flatMap((one) => one.replies.map(({ card }) => card.title));

describe('what is to be told', () => {
  let world: World;
  let slack: MemorySpeaker;

  const wake = () =>
    world.system.db.within(world.tenant, (session) =>
      wakeHeld(session, world.tenant, world.now, { codes: MUTED }),
    );

  beforeEach(async () => {
    world = await openWorld();
    slack = memorySpeaker();
  });
  afterEach(() => world.close());

  it('is posted once, edited where it is, and said below where it matters', async () => {
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) });

    await world.change(1, { channels: [c1] });
    await one.settleAll();
    await world.change(1, { notable: false });
    await one.settleAll();
    expect(replies(slack)).toEqual([]);
    await world.change(1);
    await one.settleAll();
    await one.settleAll();

    expect(titles(slack)).toEqual(['Thing 1 v3']);
    expect(replies(slack)).toEqual(['Thing 1 is now v3']);
    expect(slack.calls.map(({ call }) => call)).toEqual(['post', 'update', 'update', 'reply']);
    expect(await world.log(1, 'C1')).toEqual(['posted v1', 'updated v2', 'updated v3', 'replied v3']);
    expect(await world.delivery(1, 'C1')).toMatchObject({ shownVersion: 3, toldVersion: 3, nextAt: null });
  });

  it('is told in its newest version where some were missed', async () => {
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) });
    await world.change(1, { channels: [c1] });
    await one.settleAll();

    await world.change(1);
    await world.change(1);
    await world.change(1, { notable: false });
    await one.settleAll();

    expect(slack.calls.map(({ call }) => call)).toEqual(['post', 'update', 'reply']);
    expect(titles(slack)).toEqual(['Thing 1 v4']);
    expect(replies(slack)).toEqual(['Thing 1 is now v3']);
  });

  it('is due again at once where it changed while it was told', async () => {
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) });
    await world.change(1, { channels: [c1] });
    let changed = false;
    slack.meanwhile(async () => {
      if (!changed) await world.change(1);
      changed = true;
    });

    await one.settleAll();

    expect(titles(slack)).toEqual(['Thing 1 v2']);
    expect(replies(slack)).toEqual(['Thing 1 is now v2']);
  });

  it('mentions people who are linked in that workspace, in new messages alone', async () => {
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) });
    await world.system.db.within(world.tenant, async (session) => {
      const ada = await addUser(session, world.tenant, {
        email: 'ada@example.com',
        emailDigest: digestOf('ada@example.com'),
        name: 'Ada',
        role: 'analyst',
        createdAt: world.now,
        createdBy: 'test',
      });
      if (ada === null) throw new Error('Ada was not added');
      const person = { platform: 'slack', workspace: 'T1', person: 'U7' };
      const link = { name: 'Ada', userId: ada.id, how: 'code', at: world.now } as const;
      await setLink(session, world.tenant, person, link);
      world.thing(1).mentions = [ada.id, ada.id + 1];
    });

    await world.change(1, { channels: [c1] });
    await one.settleAll();

    expect(slack.messages().map(({ mentions }) => mentions)).toEqual([['U7']]);
  });

  it('waits where a plan holds it, is looked at when that ends, and says why once', async () => {
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) });
    const until = new Date(world.now.getTime() + HOUR_MS);
    world.thing(1).plan = (_shown, now) =>
      now < until
        ? { do: 'hold', code: 'quiet-hours', detail: 'Until morning.', until: until.toISOString() }
        : { do: 'send' };

    await world.change(1, { channels: [c1] });
    await one.settleAll();
    await world.change(1);
    await one.settleAll();
    expect(slack.calls).toEqual([]);
    expect(await world.delivery(1, 'C1')).toMatchObject({ heldCode: 'quiet-hours', nextAt: until });
    later(world, HOUR_MS);
    await one.settleAll();

    expect(titles(slack)).toEqual(['Thing 1 v2']);
    expect(await world.log(1, 'C1')).toEqual(['held quiet-hours', 'posted v2']);
    expect(await world.delivery(1, 'C1')).toMatchObject({ heldCode: null, nextAt: null });
  });

  it('is told once at the end of a snooze, which is a change of its own', async () => {
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) });
    const until = new Date(world.now.getTime() + HOUR_MS);
    world.thing(1).plan = (_shown, now) =>
      now < until
        ? { do: 'hold', code: 'snoozed', detail: 'Put off.', until: until.toISOString() }
        : { do: 'send' };
    await world.change(1, { channels: [c1] });
    await one.settleAll();

    later(world, HOUR_MS);
    await one.settleAll();
    later(world, 60_000);
    await world.change(1);
    await one.settleAll();

    expect(slack.calls.map(({ call }) => call)).toEqual(['post']);
    expect(titles(slack)).toEqual(['Thing 1 v2']);
  });

  it('is kept true by silent edits while new messages are held', async () => {
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) });
    await world.change(1, { channels: [c1] });
    await one.settleAll();
    world.thing(1).plan = () => ({ do: 'hold', code: 'suppressed', detail: 'Maintenance.', until: null });

    await world.change(1);
    await one.settleAll();
    expect(titles(slack)).toEqual(['Thing 1 v2']);
    expect(replies(slack)).toEqual([]);
    world.thing(1).plan = () => ({ do: 'send' });
    await wake();
    await one.settleAll();

    expect(replies(slack)).toEqual(['Thing 1 is now v2']);
  });

  it('is looked at again where what held it ended while somebody had it in hand', async () => {
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) });
    world.thing(1).plan = INHIBITED;
    await world.change(1, { channels: [c1] });
    world.loaded = async () => {
      world.loaded = () => Promise.resolve();
      world.thing(1).plan = () => ({ do: 'send' });
      await wake();
    };

    await one.settleAll();

    expect(titles(slack)).toEqual(['Thing 1 v1']);
  });

  it('is not taken while what holds it is being ended', async () => {
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) }, true);
    world.thing(1).plan = INHIBITED;
    await world.change(1, { channels: [c1] });

    await world.system.db.within(world.tenant, async (session) => {
      await wakeHeld(session, world.tenant, world.now, { codes: MUTED });
      await one.settleAll();
    });
    world.thing(1).plan = () => ({ do: 'send' });
    await one.settleAll();

    expect(titles(slack)).toEqual(['Thing 1 v1']);
  });

  it('is not told where a plan skips it, and never again for that version', async () => {
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) });
    world.thing(1).plan = () => ({ do: 'skip', code: 'over', detail: 'It ended before it was told.' });
    await world.change(1, { channels: [c1] });
    await one.settleAll();
    await one.settleAll();

    expect(slack.calls).toEqual([]);
    expect(await world.log(1, 'C1')).toEqual(['skipped over']);
    expect((await world.delivery(1, 'C1')).nextAt).toBeNull();
  });

  it('is posted anew where a person deleted the message', async () => {
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) });
    await world.change(1, { channels: [c1] });
    await one.settleAll();
    slack.remove(slack.messages()[0]?.id ?? '');

    await world.change(1);
    await one.settleAll();

    expect(titles(slack)).toEqual(['Thing 1 v2']);
    expect(replies(slack)).toEqual([]);
    expect(await world.delivery(1, 'C1')).toMatchObject({ shownVersion: 2, toldVersion: 2, nextAt: null });
  });

  it('sleeps where the channel is gone, is told of elsewhere once, and goes on when somebody speaks there', async () => {
    const c1 = await world.channel('C1');
    await world.channel('C2');
    await world.channel('C3', { takesAll: false });
    const one = await world.process({ slack: edits(slack) });
    slack.befall((_call, channel) =>
      channel === 'C1' ? { before: new Gone('channel', 'The channel is archived.') } : null,
    );

    await world.change(1, { channels: [c1] });
    await world.change(2, { channels: [c1] });
    await one.settleAll();
    await world.change(1);
    await one.settleAll();

    expect(titles(slack)).toEqual(['Nothing is sent to C1']);
    expect(slack.messages('C2')[0]?.card.verdict).toContain('The channel is archived.');
    expect(slack.calls.filter(({ channel }) => channel === 'C1')).toHaveLength(1);
    expect(await world.delivery(2, 'C1')).toMatchObject({ heldCode: 'parked', nextAt: null });
    expect(await world.log(2, 'C1')).toEqual(['parked channel-gone']);

    slack.befall(() => null);
    await resumeHere(world.context, world.tenant, { platform: 'slack', workspace: 'T1', channel: 'C1' });
    await one.settleAll();
    expect(titles(slack, 'C1').toSorted()).toEqual(['Thing 1 v2', 'Thing 2 v1']);
  });

  it('is no trouble where the channel was removed meanwhile', async () => {
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) });
    await world.change(1, { channels: [c1] });
    slack.meanwhile(() =>
      world.system.db.within(world.tenant, (session) => removeChannel(session, world.tenant, c1)),
    );

    await one.settleAll();

    expect(titles(slack)).toEqual(['Thing 1 v1']);
    expect(await one.reconciler.turn()).toBe(0);
  });

  it('waits for the next version where the platform refuses this one', async () => {
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) });
    slack.befall(() => ({ before: new Refused('The message is too strange.') }));
    await world.change(1, { channels: [c1] });
    await one.settleAll();
    later(world, HOUR_MS);
    await wake();
    await one.settleAll();
    expect(slack.calls).toHaveLength(1);
    expect(await world.log(1, 'C1')).toEqual(['failed refused']);

    slack.befall(() => null);
    await world.change(1);
    await one.settleAll();

    expect(titles(slack)).toEqual(['Thing 1 v2']);
    expect(await world.log(1, 'C1')).toEqual(['failed refused', 'posted v2']);
  });

  it('converges after a platform was down for an hour, without a double', async () => {
    const channels = [await world.channel('C1'), await world.channel('C2')];
    const one = await world.process({ slack: edits(slack) });
    slack.befall(() => ({ before: new Error('503') }));
    await world.change(1, { channels });
    await world.change(2, { channels });
    for (let minute = 0; minute < 60; minute += 1) {
      await one.settleAll();
      later(world, 60_000);
      if (minute % 20 === 0) await world.change(1);
    }
    expect(slack.messages()).toEqual([]);
    expect(await world.log(1, 'C1')).toEqual(['failed no-answer']);

    slack.befall(() => null);
    for (let minute = 0; minute < 5; minute += 1) {
      later(world, 60_000);
      await one.settleAll();
    }

    expect(titles(slack, 'C1').toSorted()).toEqual(['Thing 1 v4', 'Thing 2 v1']);
    expect(titles(slack, 'C2').toSorted()).toEqual(['Thing 1 v4', 'Thing 2 v1']);
    expect(replies(slack)).toEqual([]);
  });

  it('waits as long as a platform says, in all processes, and loses nothing in a storm of refusals', async () => {
    const c1 = await world.channel('C1');
    const [one, two] = [
      await world.process({ slack: edits(slack) }),
      await world.process({ slack: edits(slack) }, true),
    ];
    for (let id = 1; id <= 12; id += 1) await world.change(id, { channels: [c1] });
    let refused = 0;
    slack.befall(() => (refused++ < 4 ? { before: new TryLater(30_000, 'channel') } : null));

    await one.settleAll();
    await two.settleAll();
    expect(slack.calls).toHaveLength(1);
    later(world, 29_000);
    await two.settleAll();
    expect(slack.calls).toHaveLength(1);
    for (let turn = 0; turn < 90; turn += 1) {
      later(world, 3_000);
      await (turn % 2 === 0 ? one : two).settleAll();
    }

    expect(slack.messages()).toHaveLength(12);
    expect(new Set(titles(slack)).size).toBe(12);
    expect(refused).toBeGreaterThan(4);
  });

  it('keeps within the rates of the platform, whatever is due, in several processes together', async () => {
    const c1 = await world.channel('C1');
    const processes = [
      await world.process({ slack: edits(slack) }, true),
      await world.process({ slack: edits(slack) }, true),
    ];
    for (let id = 1; id <= 15; id += 1) await world.change(id, { channels: [c1] });

    const said: number[] = [];
    for (let second = 0; second < 15; second += 1) {
      await Promise.all(processes.map((one) => one.settleAll()));
      said.push(slack.messages().length);
      later(world, 1_000);
    }

    // Three at once after a pause, and then one a second.
    expect(said.slice(0, 5)).toEqual([3, 4, 5, 6, 7]);
    expect(said.at(-1)).toBe(15);
    expect(slack.calls).toHaveLength(15);
  });

  it('is told in other channels while one has to wait', async () => {
    const [c1, c2] = [await world.channel('C1'), await world.channel('C2')];
    const one = await world.process({ slack: edits(slack) });
    for (let id = 1; id <= 40; id += 1) await world.change(id, { channels: [c1] });
    await world.change(50, { channels: [c2] });

    await one.settleAll();

    expect(titles(slack, 'C2')).toEqual(['Thing 50 v1']);
  });

  it('is said new before old messages are changed', async () => {
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) });
    await world.change(1, { channels: [c1] });
    await one.settleAll();
    later(world, HOUR_MS);

    await world.change(1, { notable: false });
    later(world, 10);
    await world.change(2, { channels: [c1] });
    await one.settleAll();

    expect(slack.calls.map(({ call }) => call)).toEqual(['post', 'post', 'update']);
  });
});

describe('a process that ends between saying and noting it', () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());

  /** A process that is never heard of again from the moment when its call has come through. */
  const killedAfter = async (slack: MemorySpeaker, call: string): Promise<void> => {
    let end: () => void = () => {};
    const reached = new Promise<void>((resolve) => {
      end = resolve;
    });
    const never = new Promise<never>(() => {});
    const dead: ChannelSpeaker = edits({
      ...slack,
      post: async (...given) => {
        const ref = await slack.post(...given);
        if (call !== 'post') return ref;
        end();
        return never;
      },
      reply: async (...given) => {
        await slack.reply(...given);
        end();
        return never;
      },
    });
    const one = await world.process({ slack: dead });
    await one.reconciler.turn();
    await reached;
  };

  it.each([
    { finds: true, messages: 1 },
    { finds: false, messages: 2 },
  ])('leaves $messages message(s) where the platform finds them: $finds', async ({ finds, messages }) => {
    const slack = memorySpeaker({ finds });
    const c1 = await world.channel('C1');
    await world.change(1, { channels: [c1] });

    await killedAfter(slack, 'post');
    const two = await world.process({ slack: edits(slack) });
    await two.settleAll();
    expect(slack.messages()).toHaveLength(1);
    await world.change(1, { notable: false });
    later(world, 10 * 60_000);
    await two.settleAll();

    expect(slack.messages()).toHaveLength(messages);
    expect(titles(slack)).toContain('Thing 1 v2');
    expect(await world.delivery(1, 'C1')).toMatchObject({ shownVersion: 2, toldVersion: 1, nextAt: null });
  });

  it('says the same below a message once where the platform finds it', async () => {
    const slack = memorySpeaker();
    const c1 = await world.channel('C1');
    const first = await world.process({ slack: edits(slack) });
    await world.change(1, { channels: [c1] });
    await first.settleAll();
    await world.change(1);

    await killedAfter(slack, 'reply');
    later(world, 10 * 60_000);
    await first.settleAll();

    expect(replies(slack)).toEqual(['Thing 1 is now v2']);
    expect(await world.delivery(1, 'C1')).toMatchObject({ toldVersion: 2, nextAt: null });
  });

  it('loses an answer and posts no double where the platform finds the message', async () => {
    const slack = memorySpeaker();
    const c1 = await world.channel('C1');
    const one = await world.process({ slack: edits(slack) });
    let lost = 0;
    slack.befall(() => (lost++ === 0 ? { after: new Error('socket hang up') } : null));
    await world.change(1, { channels: [c1] });

    await one.settleAll();
    await world.change(1);
    later(world, 60_000);
    await one.settleAll();

    expect(titles(slack)).toEqual(['Thing 1 v2']);
  });
});

describe('several processes', () => {
  it('tell each thing once', async () => {
    const world = await openWorld();
    const slack = memorySpeaker();
    const channels = await Promise.all(Array.from({ length: 10 }, (_, at) => world.channel(`C${at}`)));
    for (let id = 1; id <= 3; id += 1) await world.change(id, { channels });

    const processes = await Promise.all(
      Array.from({ length: 3 }, () => world.process({ slack: edits(slack) }, true)),
    );
    for (let round = 0; round < 8; round += 1) {
      await Promise.all(processes.map((one) => one.settleAll()));
      if (round < 2) await world.change(1);
      later(world, 10_000);
    }

    expect(slack.messages()).toHaveLength(30);
    expect(slack.calls.filter(({ call }) => call === 'post')).toHaveLength(30);
    expect(new Set(titles(slack))).toEqual(new Set(['Thing 1 v3', 'Thing 2 v1', 'Thing 3 v1']));
    await world.close();
  });

  it('speak to the kinds that they know alone', async () => {
    const world = await openWorld();
    const slack = memorySpeaker();
    const mail: string[] = [];
    const [c1, post] = [
      await world.channel('C1'),
      await world.channel('post', {
        kind: 'email',
        workspace: null,
        address: null,
        destination: { to: ['a@example.com'] },
      }),
    ];
    await world.change(1, { channels: [c1, post] });
    const one = await world.process({ slack: edits(slack) });
    await one.settleAll();
    expect(await world.delivery(1, 'post')).toMatchObject({ shownVersion: 0 });
    const two = await world.process({
      email: {
        edits: false,
        speaker: {
          edits: false,
          post: (_to, { key, card, before }) => {
            mail.push(`${key} ${card.title}${before === null ? '' : ` after ${String(before['id'])}`}`);
            return Promise.resolve({ id: `mail ${mail.length}` });
          },
        },
      },
    });

    await two.settleAll();
    await world.change(1, { notable: false });
    await two.settleAll();
    await world.change(1);
    await two.settleAll();

    const { id } = await world.delivery(1, 'post');
    expect(mail).toEqual([
      `${world.tenant}-${id}-1 Thing 1 v1`,
      `${world.tenant}-${id}-3 Thing 1 v3 after mail 1`,
    ]);
    await world.close();
  });
});
