import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signingKey } from '../fakes/teams/keys.js';
import { answerTo, ask, nextSeen, type ChatUser, type Side, type Trouble } from '../support/chat/side.js';
import { openTown, type Town } from '../support/chat/town.js';
import { reportXml } from '../support/reports.js';
import { takeIn } from '../support/samples.js';
import { until } from '../support/until.js';

const QUESTION = 'summary example.com 2026-03-01';
const FORM = 'application/x-www-form-urlencoded';
const STALE_SECONDS = 301;

let town: Town;

beforeAll(async () => {
  town = await openTown();
  await takeIn(town.admin, reportXml({ records: [{ count: 12_345 }] }));
  await town.start();
});
afterAll(() => town.close());

async function rows(sql: string): Promise<number> {
  const { db, tenant } = town.admin;
  const [row] = await db.within(tenant, (session) => session.rows<{ count: number }>(sql));
  return Number(row?.count);
}

const requests = () => rows('SELECT COUNT(*) AS count FROM chat_request');
const allAnswered = () =>
  until('all is answered', async () =>
    (await rows(`SELECT COUNT(*) AS count FROM chat_request WHERE state = 'received'`)) === 0 ? true : null,
  );

describe.each(['slack', 'teams', 'discord'] as const)('on %s', (name) => {
  const side = (): Side => town[name];
  let ann: ChatUser;

  beforeAll(async () => {
    ann = await town.member(side(), 'ann', 'admin');
  });

  it('what is delivered again acts once: a question, a change and a pressed button', async () => {
    const answer = await answerTo(ann, () => ann.type(QUESTION));
    await ann.again();
    await ask(ann, `claim ${name}.example`);
    await ann.again();
    await answerTo(ann, () => ann.press(answer, 'Sources'));
    await ann.again();
    await allAnswered();

    const claims = `SELECT COUNT(*) AS count FROM audit WHERE operation = 'claim' AND input ->> 'domain' = '${name}.example'`;
    expect(await rows(claims)).toBe(1);
    const titles = ann.seen().map(({ text }) => text);
    expect(titles.filter((text) => text.includes(`Claim ${name}.example`))).toHaveLength(1);
    expect(titles.filter((text) => text.includes('Sources of example.com'))).toHaveLength(1);
    const own = `SELECT COUNT(*) AS count FROM chat_request WHERE platform = '${name}' AND words IS NULL`;
    // The question, the change and the press.
    expect(await rows(own)).toBe(3);
  });

  it('a double click is answered once', async () => {
    const answer = await ask(ann, QUESTION);
    const before = new Set(ann.seen().map(({ key }) => key));
    const asked = await requests();

    const clicks = await Promise.all([ann.press(answer, 'Sources'), ann.press(answer, 'Sources')]);
    await nextSeen(ann, before, /Sources of example.com/u);
    await allAnswered();

    expect(clicks).toEqual([200, 200]);
    const changes = ann.seen().filter(({ key }) => !before.has(key));
    expect(changes.filter(({ text }) => text.includes('Sources of example.com'))).toHaveLength(1);
    expect(await requests()).toBe(asked + 1);
  });

  it.each<[Trouble, number]>([
    ['wait', 990],
    ['server', 0],
  ])('an answer comes after trouble of the platform: %s', async (trouble, atLeastMs) => {
    const answer = await ask(ann, QUESTION);
    side().trouble(trouble);

    const began = performance.now();
    const next = await answerTo(ann, () => ann.press(answer, 'Sources')).then((seen) =>
      seen.text.includes('Sources of') ? seen : nextSeen(ann, new Set([seen.key]), /Sources of/u),
    );

    expect(next.text).toMatch(/12,345/u);
    expect(performance.now() - began).toBeGreaterThan(atLeastMs);
  });
});

describe('over HTTP the service refuses, and keeps nothing of', () => {
  const slackBody = () =>
    new URLSearchParams({
      command: '/dmarc',
      text: QUESTION,
      team_id: town.slack.workspace,
      user_id: 'U1',
      user_name: 'eve',
      channel_id: 'C1',
      trigger_id: randomUUID(),
      response_url: 'https://hooks.slack.com/commands/1',
    }).toString();

  it('what Slack did not sign, or not so, or not now', async () => {
    const { fake } = town.slack;
    const [body, other] = [slackBody(), slackBody()];
    const seconds = Math.floor(Date.now() / 1_000);
    const before = await requests();

    const replies = await Promise.all(
      [
        {},
        fake.sign(body, { secret: 'guessed' }),
        fake.sign(other),
        fake.sign(body, { timestamp: seconds - STALE_SECONDS }),
        { ...fake.sign(body, { timestamp: seconds - 900 }), 'x-slack-request-timestamp': String(seconds) },
      ].map((headers) => fake.send(body, FORM, headers)),
    );

    expect(replies.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    expect(await requests()).toBe(before);
  });

  it('what Slack signed and was taken, when somebody sends it once more', async () => {
    const { fake } = town.slack;
    const body = slackBody();
    const headers = fake.sign(body);
    const before = await requests();

    const first = await fake.send(body, FORM, headers);
    const replayed = await fake.send(body, FORM, headers);

    expect([first.status, replayed.status]).toEqual([200, 401]);
    expect(await requests()).toBe(before + 1);
  });

  it('what Microsoft did not sign for this bot and this address, or not now', async () => {
    const { fake } = town.teams;
    const eve = fake.person('Eve');
    const activity = fake.activity(eve, fake.personalChat(eve), { type: 'message', text: QUESTION });
    const before = await requests();

    const reactions = await Promise.all(
      [
        { authorization: null },
        { authorization: 'Bearer abc' },
        { key: signingKey() },
        { key: signingKey(), kid: fake.key.kid },
        { expiresIn: -3_600 },
        { audience: randomUUID() },
        { issuer: 'https://issuer.example' },
        { serviceUrl: 'https://elsewhere.example' },
      ].map((traits) => fake.post(activity, traits)),
    );
    expect(reactions.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401, 401, 403]);
    expect(await requests()).toBe(before);
  });

  it('nothing of what Microsoft sends once more, for its own retry looks the same: it is told as taken, and is one request', async () => {
    const { fake } = town.teams;
    const eve = fake.person('Eve');
    const activity = fake.activity(eve, fake.personalChat(eve), { type: 'message', text: QUESTION });
    const before = await requests();

    const taken = [await fake.post(activity), await fake.post(activity)];

    expect(taken.map(({ status }) => status)).toEqual([200, 200]);
    expect(await requests()).toBe(before + 1);
  });

  it('people of another workspace, whoever signed for them', async () => {
    const { fake } = town.slack;
    const body = new URLSearchParams(slackBody());
    body.set('team_id', 'T0ELSEWHERE');
    const before = await requests();

    await fake.send(body.toString(), FORM, fake.sign(body.toString()));
    const eve = town.teams.fake.person('Eve', { tenantId: randomUUID() });
    await town.teams.fake.post(
      town.teams.fake.activity(eve, town.teams.fake.personalChat(eve), {
        type: 'message',
        text: QUESTION,
        channelData: { tenant: { id: eve.tenantId } },
      }),
    );

    expect(await requests()).toBe(before);
  });
});
