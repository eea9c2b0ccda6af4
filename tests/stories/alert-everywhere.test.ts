import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addDays, dayOf } from '../../src/core/analysis/range.js';
import {
  asks,
  cardsOf,
  cardThat,
  heard,
  keysOf,
  openAlertTown,
  repliesOf,
  type AlertTown,
} from '../support/chat/alert-town.js';
import { type Seen } from '../support/chat/side.js';
import { openTerminal, type OpenTerminal } from '../support/chat/terminal.js';
import { aboutSender } from '../support/alerts.js';
import { reportXml } from '../support/reports.js';
import { until } from '../support/until.js';

let town: AlertTown;
let terminal: OpenTerminal;

beforeAll(async () => {
  town = await openAlertTown();
  terminal = openTerminal(town.system.url);
  terminal.type('channel-add tty kind:terminal');
  await terminal.shows(/told in tty from now on/u);
});
afterAll(async () => {
  await terminal.close();
  await town.close();
});

/** The card of an alert on every platform, when all of them say something. */
const everywhere = (alert: number, says: RegExp): Promise<readonly Seen[]> =>
  Promise.all(town.people.map(({ user }) => cardThat(user, alert, says)));

const names = ['slack', 'teams', 'discord'] as const;

describe('an alert', () => {
  it('that reports raise is posted everywhere, and what is clicked in Teams shows everywhere', async () => {
    const { user: ada } = town.of(town.teams);
    const day = addDays(dayOf(new Date()), -1);
    const report = reportXml({ records: [{ count: 700, dkim: 'fail' }, { count: 300 }] })
      .replace('1772323200', String(Date.parse(day) / 1_000))
      .replace('1772409599', String(Date.parse(day) / 1_000 + 86_399));

    await ada.drop('report.xml', Buffer.from(report));
    const failing = /Alert (\d+): Failure rate, example\.com/u;
    const first = await until('an alert', () =>
      Promise.resolve(ada.seen().find(({ text }) => failing.test(text)) ?? null),
    );
    const id = Number(failing.exec(first.text)?.[1]);
    const open = await everywhere(id, /Open, .*70/u);
    await terminal.shows(new RegExp(`Alert ${id}: Failure rate`, 'u'));
    const mailsOf = () =>
      town.mail.mails.map(({ raw }) => raw.toString()).filter((raw) => raw.includes(`Alert ${id}:`));
    const callsOf = () =>
      town.hook.heard
        .map(({ body }) => JSON.parse(body.toString()))
        .filter(({ subjectId }) => subjectId === id);
    await until('mail and webhook', () =>
      Promise.resolve(mailsOf().length > 0 && callsOf().length > 0 ? true : null),
    );

    await ada.press(await cardThat(ada, id), 'Acknowledge');
    const acknowledged = await everywhere(id, /Acknowledged by ada\.teams/u);
    await terminal.shows(/ada\.teams@members\.example (?:looks after it|acknowledged it)/u);
    await until('mail and webhook', () =>
      Promise.resolve(mailsOf().length > 1 && callsOf().length > 1 ? true : null),
    );

    expect(open).toHaveLength(3);
    expect(acknowledged.map(({ toAll }) => toAll)).toEqual([true, true, true]);
    for (const { user } of town.people) expect(cardsOf(user, id)).toHaveLength(1);
    const [one = '', two = ''] = mailsOf();
    const messageId = /^Message-ID: (.+)$/mu.exec(one)?.[1];
    expect(two).toMatch(/^Subject: \[acknowledged\]/mu);
    expect(/^In-Reply-To: (.+)$/mu.exec(two)?.[1]).toBe(messageId);
    expect(callsOf().map(({ alert }) => alert.state)).toEqual(['open', 'acknowledged']);
    expect(callsOf()[1]).toMatchObject({ change: { kind: 'acknowledged', by: 'ada.teams@members.example' } });
  });

  describe('on platforms', () => {
    beforeEach(async () => {
      // Rates of platforms have all of their room again.
      await town.clock.pass(60_000);
    });

    it.each(names)('that is clicked twice on %s is acknowledged once', async (name) => {
      const { user } = town.of(town[name]);
      const id = await town.raise();
      const card = await cardThat(user, id);
      const before = keysOf(user);

      const clicks = await Promise.all([user.press(card, 'Acknowledge'), user.press(card, 'Acknowledge')]);
      await everywhere(id, /Acknowledged by/u);
      await heard(user, before, /is acknowledged\./u);

      expect(clicks).toEqual([200, 200]);
      expect(await town.history(id)).toEqual(['opened', 'acknowledged']);
    });

    it('that two people take at once has one of them, and the other hears alone who was first, and when', async () => {
      const two = [town.of(town.slack).user, town.of(town.discord).user];
      const id = await town.raise();
      const cards = await Promise.all(two.map((user) => cardThat(user, id)));
      const before = two.map(keysOf);

      await Promise.all(two.map((user, at) => user.press(cards[at] as Seen, 'Acknowledge')));
      const answers = await Promise.all(
        two.map((user, at) => heard(user, before[at] ?? new Set(), /acknowledged/u)),
      );

      const [won, ...more] = answers.filter(({ text }) => text.includes(`Alert ${id} is acknowledged.`));
      const lost = answers.filter((one) => one !== won).map(({ text }) => text);
      expect(more).toEqual([]);
      expect(lost).toEqual([
        expect.stringMatching(
          /was already acknowledged by ada\.(?:slack|discord)@members\.example at \d{4}-\d\d-\d\d \d\d:\d\d UTC/u,
        ),
      ]);
      expect(await town.history(id)).toEqual(['opened', 'acknowledged']);
    });

    it.each(names)('that is resolved stays so when an old button is pressed on %s', async (name) => {
      const { user } = town.of(town[name]);
      const [other = user] = town.people.filter((one) => one.user !== user).map((one) => one.user);
      const id = await town.raise();
      const late = user.hold(await cardThat(user, id), 'Acknowledge');

      await other.type(`resolve ${id} note:Done.`);
      await everywhere(id, /Resolved by/u);
      const before = keysOf(user);
      await late();
      const answer = await heard(user, before, /already resolved/u);

      expect(answer.text).toMatch(/was already resolved by ada\.\w+@members\.example at .+ UTC/u);
      expect(await town.history(id)).toEqual(['opened', 'resolved']);
      await everywhere(id, /Resolved by/u);
    });

    it.each(names)('is resolved with a note on %s, and opened again', async (name) => {
      const { user } = town.of(town[name]);
      const id = await town.raise();

      await user.write(await cardThat(user, id), 'Resolve', 'The key is renewed & <b>published</b>.');
      const resolved = await everywhere(id, /Resolved by/u);
      await until('it is said below the card', () =>
        Promise.resolve(repliesOf(user, id).find(({ text }) => text.includes('key is renewed')) ?? null),
      );
      await user.press(await cardThat(user, id), 'Reopen');
      await everywhere(id, /Open, warning/u);

      for (const { text } of resolved) expect(text).toContain('The key is renewed & <b>published</b>.');
      expect(await town.history(id)).toEqual(['opened', 'resolved', 'reopened']);
    });

    it.each(names)('is put off, assigned and said to be ours on %s', async (name) => {
      const { user } = town.of(town[name]);
      const sender = `198.51.${names.indexOf(name)}.0/24`;
      const about = aboutSender(sender, { rule: `sender-${name}`, domain: `${name}.example` });
      const id = await town.raise({ ...about, cause: 'volume' });
      const sibling = await town.raise({ ...about, cause: 'policy', kind: 'failure-rate' });

      await user.press(await cardThat(user, id), 'Snooze 4 h');
      await everywhere(id, /Snoozed until/u);
      // Pressed at once it would be a double click.
      await town.clock.pass(60_000);
      await user.press(await cardThat(user, id), 'End snooze');
      await everywhere(id, /Opened(?![\s\S]*Snoozed until)/u);
      await user.press(await cardThat(user, id), 'Assign to me');
      await everywhere(id, new RegExp(`Assigned to[\\s\\S]*ada\\.${name}@`, 'u'));
      await user.press(await cardThat(user, id), 'This is ours');
      await everywhere(id, /Resolved by/u);
      await everywhere(sibling, /Resolved by/u);

      expect(await town.history(id)).toEqual(['opened', 'snoozed', 'woken', 'assigned', 'resolved']);
    });

    it.each(names)('is suppressed on %s for its like, and why says so', async (name) => {
      const { user } = town.of(town[name]);
      const rule = `noise-${name}`;
      const id = await town.raise({ rule, domain: `noise-${name}.example` });

      const before = keysOf(user);
      await user.write(await cardThat(user, id), 'Suppress 24 h', 'We move our mail.');
      const told = await heard(user, before, /suppress/iu);
      const like = await town.raise({ rule, cause: 'policy', domain: `noise-${name}.example` });
      const why = await until('why', async () => {
        const { text } = await asks(user, `why ${like}`, /Why: Alert/u);
        return (text.match(/\(suppressed\)/gu)?.length ?? 0) >= town.people.length ? text : null;
      });

      expect(why).toContain('We move our mail.');
      for (const one of town.people) expect(cardsOf(one.user, like)).toEqual([]);

      await user.type(`unsuppress ${/[Ss]uppression (\d+)/u.exec(told.text)?.[1] ?? ''}`);
      await everywhere(like, /Open, warning/u);
    });

    it('has the same buttons on all platforms in each state', async () => {
      const { user } = town.of(town.slack);
      const id = await town.raise(
        aboutSender('203.0.113.0/24', { rule: 'parity', domain: 'parity.example' }),
      );
      const seen: string[][] = [];
      const look = async (says: RegExp) => {
        await everywhere(id, says);
        const cards = await everywhere(id, says);
        const all = town.people.map((one, at) => one.user.buttons(cards[at] as Seen).toSorted());
        for (const buttons of all) expect(buttons).toEqual(all[0]);
        seen.push(all[0] ?? []);
      };

      await look(/Open, warning/u);
      await user.press(await cardThat(user, id), 'Acknowledge');
      await look(/Acknowledged by/u);
      await user.press(await cardThat(user, id), 'Snooze 4 h');
      await look(/Snoozed until/u);
      await user.write(await cardThat(user, id), 'Resolve', '');
      await look(/Resolved by/u);

      const always = ['Assign to me', 'Details', 'Resolve', 'Suppress 24 h', 'This is ours'];
      expect(seen).toEqual([
        ['Acknowledge', 'Snooze 4 h', ...always].toSorted(),
        ['Snooze 4 h', 'Unacknowledge', ...always].toSorted(),
        ['End snooze', 'Unacknowledge', ...always].toSorted(),
        ['Details', 'Reopen'],
      ]);
    });

    it('tells why each channel heard of it, or did not', async () => {
      const { user } = town.of(town.discord);
      await asks(user, 'channel-set mail severity:critical', /mail is told/u);
      const id = await town.raise();
      await everywhere(id, /Open, warning/u);

      const { text } = await asks(user, `why ${id}`, /Why: Alert/u);
      await asks(user, 'channel-set mail severity:info', /mail is told/u);

      for (const name of names)
        expect(text).toMatch(new RegExp(`${name} \\(${name}\\)[^\\n]*\\n?[^\\n]*shows it as it is`, 'u'));
      expect(text).toMatch(/mail \(email\)[^\n]*\n?[^\n]*only what is more severe/u);
    });
  });
});
