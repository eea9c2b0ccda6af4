import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addDays, dayOf } from '../../src/core/analysis/range.js';
import { ruleCreate } from '../../src/core/operations/alert/rule-change.js';
import { perform } from '../../src/core/operations/perform.js';
import {
  asks,
  cardsOf,
  cardThat,
  keysOf,
  openAlertTown,
  repliesOf,
  type AlertTown,
} from '../support/chat/alert-town.js';
import { claimed } from '../support/alerts.js';
import { type ChatUser, type Seen } from '../support/chat/side.js';
import { reportXml } from '../support/reports.js';
import { takeIn } from '../support/samples.js';
import { until } from '../support/until.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let town: AlertTown;
beforeAll(async () => {
  town = await openAlertTown();
});
afterAll(() => town.close());
beforeEach(async () => {
  // Rates of platforms have all of their room again.
  await town.clock.pass(MINUTE_MS);
});

const replyThat = (user: ChatUser, alert: number, says: RegExp): Promise<Seen> =>
  until(`below the card of alert ${alert} stands ${says.source}`, () =>
    Promise.resolve(repliesOf(user, alert).find(({ text }) => says.test(text)) ?? null),
  );

/** `HH:MM` of the clock, so many hours on. */
const clockIn = (hours: number) =>
  new Date(town.clock.now().getTime() + hours * HOUR_MS).toISOString().slice(11, 16);

describe('in quiet hours', () => {
  it('a channel hears of what is critical alone, and in the morning of what waited, also of what is over by then', async () => {
    const { user: ada } = town.of(town.slack);
    const { user: tom } = town.of(town.teams);
    await asks(ada, `channel-set slack quiet:${clockIn(-1)}-${clockIn(2)} zone:UTC`, /is told/u);
    const before = keysOf(ada);

    const waits = await town.raise({ says: 'This one waits.' });
    const over = await town.raise({ says: 'This one is over by the morning.' });
    const critical = await town.raise({ severity: 'critical' });
    await cardThat(ada, critical, /Open, critical/u);
    await cardThat(tom, waits);
    await cardThat(tom, over);
    await tom.type(`resolve ${over}`);
    await cardThat(tom, over, /Resolved by/u);
    const why = await asks(tom, `why ${waits}`, /Why: Alert/u);
    expect([...cardsOf(ada, waits), ...cardsOf(ada, over)]).toEqual([]);

    await town.clock.pass(2 * HOUR_MS);
    await town.tick('alerts');
    const morning = await until('the morning', () =>
      Promise.resolve(
        ada.seen().find(({ key, text }) => !before.has(key) && text.includes('While it was quiet')) ?? null,
      ),
    );
    expect(cardsOf(ada, waits)).toEqual([]);
    await town.clock.pass(2 * MINUTE_MS);
    await cardThat(ada, waits, /Open, warning/u);
    await town.tick('alerts');

    expect(why.text).toMatch(/quiet hours of the channel until/u);
    expect(morning.text).toContain('1 alert waited and follows; 1 more is over.');
    expect(morning.text).toContain('This one waits.');
    expect(morning.text).toContain('This one is over by the morning.');
    expect(cardsOf(ada, over)).toEqual([]);
    expect(ada.seen().filter(({ text }) => text.includes('While it was quiet'))).toHaveLength(1);
    await asks(ada, 'channel-set slack quiet:none', /is told/u);
  });
});

describe('by the clock', () => {
  it('what nobody acknowledges is told elsewhere with a mention, and what nobody resolves is brought to mind', async () => {
    const { user: ada } = town.of(town.slack);
    const { user: dee } = town.of(town.discord);
    const settings = { severity: 'warning', channels: 'slack,teams', cooldown: 0 } as const;
    await perform(ruleCreate, town.admin, {
      rule: 'watched',
      kind: 'failure-rate',
      ...settings,
      owner: 'ada.discord@members.example',
      escalate: 30,
      escalateTo: 'discord',
      remind: 60,
    });
    const [slack, teams] = await Promise.all(['slack', 'teams'].map(channelId));
    const id = await town.raise(
      { rule: 'watched' },
      { channels: [slack ?? 0, teams ?? 0], escalateMinutes: 30, remindMinutes: 60 },
    );
    await cardThat(ada, id, /Open, warning/u);

    await town.clock.pass(29 * MINUTE_MS);
    await town.tick('alerts');
    expect(await town.history(id)).toEqual(['opened']);
    await town.clock.pass(2 * MINUTE_MS);
    await Promise.all([town.tick('alerts'), town.tick('alerts')]);
    const elsewhere = await cardThat(dee, id, /nobody acknowledged it in time/u);
    await replyThat(ada, id, /Nobody has acknowledged it yet/u);
    const mentioned = town.discord.fake.state.messages.flatMap((message) => message.mentioned);

    await dee.press(elsewhere, 'Acknowledge');
    await cardThat(ada, id, /Acknowledged by ada\.discord/u);
    await town.clock.pass(61 * MINUTE_MS);
    await Promise.all([town.tick('alerts'), town.tick('alerts')]);
    await replyThat(ada, id, /still not resolved/u);

    expect(mentioned).toHaveLength(1);
    expect(await town.history(id)).toEqual(['opened', 'escalated', 'acknowledged', 'reminded']);
    expect(cardsOf(dee, id)).toHaveLength(1);
  });

  it('a snooze ends, and that is said', async () => {
    const { user: tom } = town.of(town.teams);
    const id = await town.raise();
    await tom.press(await cardThat(tom, id), 'Snooze 4 h');
    await cardThat(tom, id, /Snoozed until/u);

    await town.clock.pass(4 * HOUR_MS + MINUTE_MS);
    await town.tick('alerts');

    await replyThat(tom, id, /not put off any more/u);
    expect((await cardThat(tom, id)).text).not.toContain('Snoozed until');
  });
});

describe('a weekly digest', () => {
  it('is posted once when it is due, and edited when late reports change it; by e-mail it comes once', async () => {
    const { user: ada } = town.of(town.slack);
    await claimed(town.admin, 'digest.example');
    await asks(
      ada,
      'digest-add weekly time:09:00 zone:Europe/Berlin domains:digest.example',
      /[Dd]igest \d/u,
    );
    await asks(
      ada,
      'digest-add weekly time:09:00 zone:Europe/Berlin domains:digest.example channel:mail',
      /[Dd]igest \d/u,
    );
    const due = await dueAt();
    await town.clock.pass(due.getTime() - town.clock.now().getTime() + MINUTE_MS);
    const day = addDays(dayOf(due), -2);
    await takeIn(town.admin, reportOf(day, 'first', 1_000));
    const mails = town.mail.mails.length;

    await Promise.all([town.tick('digests'), town.tick('digests')]);
    const posted = await until('the digest', () => Promise.resolve(digestsOf(ada)[0] ?? null));
    await until('the mail', () => Promise.resolve(town.mail.mails[mails] ?? null));
    await takeIn(town.admin, reportOf(day, 'late', 500));
    await town.clock.pass(DAY_MS / 2);
    await town.tick('digests', 'refresh-digests');
    const edited = await until('the digest is edited', () =>
      Promise.resolve(digestsOf(ada).find(({ text }) => text.includes('1,500')) ?? null),
    );
    await town.tick('digests', 'refresh-digests');

    expect(posted.text).toContain('1,000');
    expect(edited.toAll).toBe(true);
    expect(digestsOf(ada)).toHaveLength(1);
    expect(town.mail.mails).toHaveLength(mails + 1);
  });

  const digestsOf = (user: ChatUser) =>
    user
      .seen()
      .filter(({ text, toAll }) => toAll && /digest/iu.test(text) && text.includes('digest.example'));

  async function dueAt(): Promise<Date> {
    const { db, tenant } = town.admin;
    const { at } = await db.reading(tenant, (session) =>
      session.row<{ at: Date }>('SELECT MIN(next_at) AS at FROM digest_subscription', []),
    );
    return at;
  }

  function reportOf(day: string, id: string, count: number): string {
    const begin = Date.parse(day) / 1_000;
    return reportXml({
      reportId: id,
      domain: 'digest.example',
      records: [{ count, headerFrom: 'digest.example' }],
    })
      .replace('1772323200', String(begin))
      .replace('1772409599', String(begin + 86_399));
  }
});

async function channelId(name: string): Promise<number> {
  const { db, tenant } = town.admin;
  const { id } = await db.reading(tenant, (session) =>
    session.row<{ id: number }>('SELECT id FROM channel WHERE name = $1', [name]),
  );
  return id;
}
