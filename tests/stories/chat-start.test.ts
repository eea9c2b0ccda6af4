import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/chat/side.js';
import { openTown, type Town } from '../support/chat/town.js';
import { reportXml } from '../support/reports.js';
import { takeIn } from '../support/samples.js';
import { until } from '../support/until.js';

const QUESTION = 'summary example.com 2026-03-01';
const FIGURE = /\b12,345 messages\b/u;
const WRONG = 'xoxb-somebody-elses-token';

describe('where Discord’s token is wrong and Slack has an app token', () => {
  let town: Town;

  beforeAll(async () => {
    town = await openTown('socket');
    await takeIn(town.admin, reportXml({ records: [{ count: 12_345 }] }));
    await town.start({ DISCORD_TOKEN: 'somebody.elses.token' });
  });
  afterAll(() => town.close());

  it('start-up says so in one line, that tells what to do and not the token', () => {
    const told = town.service().told();

    expect(told.split('\n').filter((line) => line.startsWith('Discord:'))).toEqual([
      'Discord:  off: Discord does not accept DISCORD_TOKEN; make a new one in the Developer Portal (Bot, Reset Token)',
    ]);
    expect(told).toMatch(/^Slack: +on: workspace Example Workspace \(Socket Mode\)$/mu);
    expect(told).toMatch(/^Teams: +on: /mu);
    expect(told).not.toContain('elses');
    expect(town.discord.fake.gateway.counts.identified).toBe(0);
  });

  it('Teams and Slack answer, and Slack over its socket, after it was broken too', async () => {
    const { fake } = town.slack;
    const ann = await town.member(town.slack, 'ann', 'viewer');
    const bob = await town.member(town.teams, 'bob', 'viewer');

    const [first, other] = [await ask(ann, QUESTION), await ask(bob, QUESTION)];
    const opened = fake.socket.opened();
    fake.socket.drop();
    await until('a new connection', () => Promise.resolve(fake.socket.opened() > opened ? true : null));
    const second = await ask(ann, QUESTION);
    await ann.again();
    const third = await ask(ann, 'whoami');

    for (const { text } of [first, other, second]) expect(text).toMatch(FIGURE);
    expect(third.text).toContain('ann.slack@members.example');
    expect(ann.seen().filter(({ text }) => FIGURE.test(text))).toHaveLength(2);
  });
});

describe('where the credentials of Slack and Teams are wrong', () => {
  let town: Town;

  beforeAll(async () => {
    town = await openTown();
    await takeIn(town.admin, reportXml({ records: [{ count: 12_345 }] }));
    await town.start({ SLACK_BOT_TOKEN: WRONG, MICROSOFT_APP_PASSWORD: 'guessed-secret' });
  });
  afterAll(() => town.close());

  it('start-up says so in one line each, and Discord answers', async () => {
    const ann = await town.member(town.discord, 'ann', 'viewer');

    const { text } = await ask(ann, QUESTION);

    const told = town.service().told();
    expect(text).toMatch(FIGURE);
    expect(told).toMatch(/^Slack: +off: Slack refuses SLACK_BOT_TOKEN \(invalid_auth\); copy .*$/mu);
    expect(told).toMatch(/^Teams: +no answers: .*MICROSOFT_APP_PASSWORD.*$/mu);
    expect(told).not.toMatch(/somebody-elses|guessed-secret|\n\s+at /u);
  });
});
