import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  asks,
  cardsOf,
  cardThat,
  keysOf,
  openAlertTown,
  repliesOf,
  type AlertTown,
} from '../support/chat/alert-town.js';
import { type Seen, type Side } from '../support/chat/side.js';
import { until } from '../support/until.js';

const names = ['slack', 'teams', 'discord'] as const;
const HOUR_MS = 3_600_000;
const MESSAGES = /^\/channels\/\d+\/messages$/u;
const MESSAGE = /^\/channels\/\d+\/messages\/\d+$/u;
/** Longer than a lease. */
const TAKEN_OVER_MS = 120_000;

let town: AlertTown;
beforeAll(async () => {
  town = await openAlertTown();
});
afterAll(() => town.close());
beforeEach(async () => {
  // Rates of platforms have all of their room again.
  await town.clock.pass(60_000);
});

const everywhere = (alert: number, says: RegExp): Promise<readonly Seen[]> =>
  Promise.all(town.people.map(({ user }) => cardThat(user, alert, says)));

/** Deliveries of an alert that are to be brought up to date. */
async function waiting(alert: number): Promise<number> {
  const { db, tenant } = town.admin;
  const { count } = await db.reading(tenant, (session) =>
    session.row<{ count: number }>(
      `SELECT COUNT(*)::int AS count FROM delivery
       WHERE subject = 'alert' AND subject_id = $1 AND next_at IS NOT NULL`,
      [alert],
    ),
  );
  return count;
}

const settled = (alert: number) =>
  until('all is shown', async () => ((await waiting(alert)) === 0 ? true : null));

describe('when the service is killed between a post and the note of it', () => {
  it('no card is lost; on Discord and Slack there is one, and on Teams at most one more', async () => {
    const { slack, teams, discord } = town;
    slack.fake.fault('chat.postMessage', { type: 'held' });
    teams.fake.fault({ method: 'POST', held: true });
    discord.fake.fault({ path: MESSAGES, times: 1, type: 'held' });

    const id = await town.raise();
    await everywhere(id, /Open, warning/u);
    await town.service().kill();
    await town.clock.pass(TAKEN_OVER_MS);
    await town.start();
    await settled(id);
    await town.of(discord).user.type(`acknowledge ${id}`);
    await everywhere(id, /Acknowledged by/u);
    await settled(id);

    const cards = names.map((name) => cardsOf(town.of(town[name]).user, id).length);
    expect(cards[0]).toBe(1);
    expect([1, 2]).toContain(cards[1]);
    expect(cards[2]).toBe(1);
  }, 60_000);
});

describe('a message that somebody deletes', () => {
  it.each(names)('on %s is posted anew with the next change', async (name) => {
    const { user } = town.of(town[name]);
    const id = await town.raise();
    const card = await cardThat(user, id);
    await settled(id);

    user.remove(card);
    expect(cardsOf(user, id)).toEqual([]);
    await user.type(`acknowledge ${id}`);
    await cardThat(user, id, /Acknowledged by/u);
    await settled(id);

    expect(cardsOf(user, id)).toHaveLength(1);
    await user.type(`resolve ${id}`);
    await cardThat(user, id, /Resolved by/u);
    expect(cardsOf(user, id)).toHaveLength(1);
  });
});

describe('while Slack is down for an hour', () => {
  it('others are told at once, and afterwards Slack shows what is true by then, once', async () => {
    const { slack, discord } = town;
    const { user: ada } = town.of(slack);
    const { user: dee } = town.of(discord);
    const known = await town.raise();
    await everywhere(known, /Open, warning/u);
    await settled(known);
    for (const method of ['chat.postMessage', 'chat.update', 'conversations.history'])
      slack.fake.fault(method, ...Array.from({ length: 200 }, () => ({ type: 'server' }) as const));

    const [id, over] = [await town.raise(), await town.raise()];
    for (let minutes = 0; minutes < 60; minutes += 20) {
      await cardThat(dee, id);
      await cardThat(dee, over);
      await town.clock.pass(HOUR_MS / 3);
    }
    await dee.type(`acknowledge ${id}`);
    await dee.type(`acknowledge ${known}`);
    await dee.type(`resolve ${over}`);
    await cardThat(dee, over, /Resolved by/u);
    await cardThat(dee, id, /Acknowledged by/u);
    expect([...cardsOf(ada, id), ...cardsOf(ada, over)]).toEqual([]);
    slack.fake.state.faults.clear();
    // The longest that is waited between two tries.
    await town.clock.pass(TAKEN_OVER_MS);

    await cardThat(ada, id, /Acknowledged by ada\.discord/u);
    await cardThat(ada, known, /Acknowledged by ada\.discord/u);
    await settled(id);
    await settled(over);
    expect([id, known].map((alert) => cardsOf(ada, alert).length)).toEqual([1, 1]);
    expect(cardsOf(ada, over).length).toBeLessThanOrEqual(1);
    for (const { text } of cardsOf(ada, over)) expect(text).toContain('Resolved by');
  }, 60_000);
});

describe('a storm of 429', () => {
  it('is waited out as each platform says, and nothing is said twice', async () => {
    const { slack, teams, discord } = town;
    slack.fake.fault('chat.postMessage', { type: 'rate', seconds: 1 }, { type: 'rate', seconds: 1 });
    teams.fake.fault(...[1, 2].map(() => ({ method: 'POST', status: 429, retryAfter: 1 }) as const));
    discord.fake.fault({ path: MESSAGES, times: 2, type: 'limited', seconds: 1 });
    const id = await town.raise();
    await everywhere(id, /Open, warning/u);
    await settled(id);
    // What was said to be too much is made up for.
    await town.clock.pass(10 * 60_000);
    slack.fake.fault('chat.update', { type: 'rate', seconds: 1 });
    teams.fake.fault({ method: 'PUT', status: 429, retryAfter: 1 });
    discord.fake.fault({ path: MESSAGE, times: 1, type: 'limited', seconds: 1 });

    await town.of(slack).user.type(`acknowledge ${id}`);
    await everywhere(id, /Acknowledged by/u);
    await settled(id);

    for (const { user } of town.people) {
      expect(cardsOf(user, id)).toHaveLength(1);
      expect(repliesOf(user, id)).toHaveLength(1);
    }
  }, 60_000);
});

describe('a channel that does not take messages any more', () => {
  const ends = {
    'archived on slack': {
      side: () => town.slack as Side,
      end: () => setArchived(true),
      mend: () => setArchived(false),
    },
    'whose bot is removed on teams': {
      side: () => town.teams as Side,
      end: () => refuseTeams('BotNotInConversationRoster'),
      mend: () => refuseTeams(null),
    },
    'whose bot is removed on discord': {
      side: () => town.discord as Side,
      end: () => setMay('nothing'),
      mend: () => setMay('write'),
    },
  };

  it.each(Object.entries(ends))(
    '%s is parked with a reason, which is told elsewhere, and is true again when it is resumed',
    async (_what, { side, end, mend }) => {
      const { user } = town.of(side());
      const [other = user] = town.people.map((one) => one.user).filter((one) => one !== user);
      const before = keysOf(other);
      end();
      const id = await town.raise();

      const notice = await until('it is told elsewhere', () =>
        Promise.resolve(
          other
            .seen()
            .find(
              ({ key, text }) => !before.has(key) && text.includes(`Nothing is sent to ${side().name}`),
            ) ?? null,
        ),
      );
      const list = await asks(other, 'channels', /Channels/u);
      const why = await asks(other, `why ${id}`, /Why: Alert/u);
      mend();
      await other.type(`channel-resume ${side().name}`);
      await cardThat(user, id, /Open, warning/u);

      expect(notice.toAll).toBe(true);
      expect(notice.text).toMatch(/wait: \S.{20,}/u);
      expect(list.text).toContain(side().name);
      expect(why.text).toMatch(/Nothing is sent there since/u);
      expect(cardsOf(user, id)).toHaveLength(1);
    },
    60_000,
  );

  function setArchived(archived: boolean): void {
    for (const channel of town.slack.fake.state.channels.values())
      if (channel.type !== 'im') channel.archived = archived && channel.name === 'of-ada';
  }
  function refuseTeams(code: string | null): void {
    town.teams.refuse(town.of(town.teams).user, code);
  }
  function setMay(may: 'nothing' | 'write'): void {
    for (const server of town.discord.fake.state.servers)
      for (const channel of server.channels) channel.may = may;
  }
});
