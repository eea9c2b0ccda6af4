import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { ask, type ChatUser } from '../support/chat/side.js';
import { openTown, type Town } from '../support/chat/town.js';
import { reportXml } from '../support/reports.js';
import { takeIn } from '../support/samples.js';
import { until } from '../support/until.js';

const QUESTION = 'summary example.com 2026-03-01';
const FIGURE = /\b12,345 messages\b/u;
/** A lease ends by itself, and somebody has to look then. */
const TAKEN_OVER_MS = 60_000;

let town: Town;
let watcher: pg.Client;

beforeAll(async () => {
  town = await openTown();
  await takeIn(town.admin, reportXml({ records: [{ count: 12_345 }] }));
  await town.start();
  watcher = new pg.Client(town.system.url);
  await watcher.connect();
});
afterAll(async () => {
  await watcher.end();
  await town.close();
});

/** Requests that are not noted as answered. */
async function open(): Promise<number> {
  const { rows } = await watcher.query<{ count: string }>(
    `SELECT COUNT(*) FROM dmarc_ops.chat_request WHERE state = 'received'`,
  );
  return Number(rows[0]?.count);
}

/** Messages with the answer that somebody sees now; one that was changed in place is one. */
function answersOf({ user, says = FIGURE }: Asked): number {
  return user.seen().filter(({ text }) => says.test(text)).length;
}

interface Asked {
  readonly way: string;
  /** Messages that may stand in the end. */
  readonly most: 1 | 2;
  readonly user: ChatUser;
  /** What is in the answer; the figure where it is absent. */
  readonly says?: RegExp;
  readonly act: () => Promise<unknown>;
  /** Lets the platform do what it is told next, and never say so. */
  readonly hold: () => void;
}

/** Every way on which an answer is given. */
async function everyWay(): Promise<Asked[]> {
  const { slack, teams, discord } = town;
  const member = (name: string, side: Parameters<Town['member']>[0]) => town.member(side, name, 'viewer');
  const users = {
    slack: await town.member(slack, 'command', 'admin'),
    direct: await member('direct', slack),
    teams: await town.member(teams, 'personal', 'admin'),
    press: await member('press', teams),
    discord: await town.member(discord, 'asker', 'admin'),
    channel: await member('channel', discord),
  };
  const pressed = await ask(users.press, QUESTION);
  const direct = [...slack.fake.state.users.values()].find(({ name }) => name === 'direct')?.id ?? '';
  const held = { times: 1, type: 'held' } as const;
  return [
    {
      way: 'Slack, by the address that came with a command, which tells nothing of what was sent there',
      most: 2,
      user: users.slack,
      act: () => users.slack.type(QUESTION),
      hold: () => slack.fake.fault('response_url', { type: 'held' }),
    },
    {
      way: 'Slack, in a direct message, where it is looked whether the answer stands there',
      most: 1,
      user: users.direct,
      act: () => slack.fake.say(direct, QUESTION),
      hold: () => slack.fake.fault('chat.postMessage', { type: 'held' }),
    },
    {
      way: 'Teams, in a message, which takes no name under which it would be known again',
      most: 2,
      user: users.teams,
      act: () => users.teams.type(QUESTION),
      // The sign of typing, and the answer.
      hold: () => teams.fake.fault({ method: 'POST', held: true }, { method: 'POST', held: true }),
    },
    {
      way: 'Teams, on the card whose button was pressed',
      most: 1,
      user: users.press,
      act: () => users.press.press(pressed, 'Sources'),
      says: /Sources of example\.com/u,
      hold: () => teams.fake.fault({ method: 'PUT', held: true }),
    },
    {
      way: 'Discord, in the place that the interaction keeps for it',
      most: 1,
      user: users.discord,
      act: () => users.discord.type(QUESTION),
      hold: () => discord.fake.fault({ path: /\/messages\/@original$/u, ...held }),
    },
    {
      way: 'Discord, to a channel, by a nonce',
      most: 1,
      user: users.channel,
      act: () => users.channel.type(`share ${QUESTION}`),
      hold: () => discord.fake.fault({ path: /^\/channels\/\d+\/messages$/u, ...held }),
    },
  ];
}

describe('the service is killed after a platform showed an answer and before that was noted', () => {
  it('nobody is left without it, and it stands there twice only where the platform cannot tell', async () => {
    const asked = await everyWay();
    await until('all is answered', async () => ((await open()) === 0 ? true : null));
    expect(asked.map(answersOf)).toEqual(asked.map(() => 0));

    for (const { hold } of asked) hold();
    await Promise.all(asked.map(({ act }) => act()));
    await until('all is shown', () =>
      Promise.resolve(asked.every((one) => answersOf(one) === 1) ? true : null),
    );
    const noted = asked.length - (await open());
    await town.service().kill();
    await town.start();
    await until('all is answered', async () => ((await open()) === 0 ? true : null), TAKEN_OVER_MS);

    expect(noted).toBe(0);
    const stands = asked.map((one) => ({ way: one.way, times: answersOf(one) }));
    const wrong = stands.filter(({ times }, at) => times < 1 || times > (asked[at]?.most ?? 0));
    expect(wrong).toEqual([]);
  }, 90_000);
});
