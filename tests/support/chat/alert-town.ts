import { randomUUID } from 'node:crypto';
import type { Finding } from '../../../src/core/alert/finding.js';
import type { Rule } from '../../../src/core/alert/rule.js';
import { channelAdd } from '../../../src/core/operations/alert/channel-add.js';
import { raise } from '../../../src/core/operations/alert/raise.js';
import { perform } from '../../../src/core/operations/perform.js';
import { TICKS } from '../../../src/jobs/tick-list.js';
import { startFakeSmtp, type FakeSmtp } from '../../fakes/smtp/server.js';
import { startFakeWebhook, type FakeWebhook } from '../../fakes/webhook/server.js';
import { claimed, evaluation, finding, rule } from '../alerts.js';
import { until } from '../until.js';
import { movedClock, type MovedClock } from './clock.js';
import type { Service } from './service.js';
import type { ChatUser, Seen, Side } from './side.js';
import { openTown, type Town } from './town.js';

/** Rules of the service look at domains too; what others found is nothing that they clear. */
const RULE = 'story';
const LOOPBACK = '127.0.0.0/8';

/** A town that is told of alerts: a channel on each platform with somebody in it, a mailbox and a receiver of webhooks. */
export interface AlertTown extends Town {
  readonly clock: MovedClock;
  readonly mail: FakeSmtp;
  readonly hook: FakeWebhook;
  /** An admin in the channel of each platform, which is called like the platform. */
  readonly people: readonly Told[];
  of(side: Side): Told;
  /** Opens an alert as a worker does that evaluated rules, of a new domain unless one is given; gives its number. */
  raise(given?: Partial<Finding>, by?: Partial<Rule>): Promise<number>;
  /** What was done to an alert, the first first. */
  history(alert: number): Promise<readonly string[]>;
  /** Does what workers do by the clock; the service's own follow the machine's minutes. */
  tick(...names: readonly string[]): Promise<void>;
}

/** Somebody, and the channel in which they are told. */
export interface Told {
  readonly side: Side;
  readonly user: ChatUser;
}

/** Opens it, with the service and all channels; `mail` and `hook` are channels as well. */
export async function openAlertTown(): Promise<AlertTown> {
  const clock = movedClock();
  const town = await openTown('http', clock);
  const [mail, hook] = await Promise.all([startFakeSmtp({ security: 'none' }), startFakeWebhook()]);
  const webhooks = { networks: [LOOPBACK], hosts: [] };
  const admin = { ...town.admin, webhooks };
  const environment = {
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(mail.port),
    SMTP_SECURITY: 'none',
    SMTP_FROM: 'dmarc-ops <alerts@example.org>',
    WEBHOOK_NETWORKS: LOOPBACK,
  };
  const start = (): Promise<Service> => town.start(environment);
  await start();
  // Where it is no member it cannot look whether a message stands there.
  const { state } = town.slack.fake;
  const people: Told[] = [];
  for (const side of town.sides) {
    const user = await town.member(side, 'ada', 'admin');
    for (const channel of state.channels.values()) if (channel.type !== 'im') channel.members.add(state.bot);
    await addHere(town, { side, user }, side.name);
    people.push({ side, user });
  }
  await perform(channelAdd, admin, { name: 'mail', kind: 'email', to: ['ops@example.com'] });
  await perform(channelAdd, admin, { name: 'hook', kind: 'webhook', url: hook.url });
  return {
    ...town,
    admin,
    clock,
    mail,
    hook,
    people,
    start,
    of: (side) => {
      const found = people.find((one) => one.side === side);
      if (found === undefined) throw new Error(`nobody is told on ${side.name}`);
      return found;
    },
    raise: async (given = {}, by = {}) => {
      const name = given.domain ?? `d-${randomUUID()}.example`;
      const found = finding({ rule: RULE, key: { story: randomUUID() }, ...given, domain: name });
      const domain = await claimed(admin, name);
      const own = { rules: [rule(found.rule, { kind: found.kind, cooldownHours: 0, ...by })] };
      const [raised] = await raise(admin, evaluation(domain, [found], { ...own, still: [found] }));
      if (raised === undefined) throw new Error('nothing was raised');
      return raised.alertId;
    },
    history: (alert) =>
      admin.db.reading(admin.tenant, async (session) => {
        const rows = await session.rows<{ kind: string }>(
          'SELECT kind FROM alert_event WHERE alert_id = $1 ORDER BY id',
          [alert],
        );
        return rows.map(({ kind }) => kind);
      }),
    tick: async (...names) => {
      for (const name of names) await TICKS.find((one) => one.name === name)?.work(admin);
    },
    close: async () => {
      await town.close();
      await Promise.all([mail.stop(), hook.stop()]);
    },
  };
}

/** Makes the channel that somebody is in one that is told of alerts. */
export async function addHere(town: Town, { side, user }: Told, name: string): Promise<void> {
  const text = `channel-add ${name}`;
  if (side === town.teams) await town.teams.mention(user, text);
  else await user.type(text);
  await until(`${name} is added`, () =>
    Promise.resolve(user.seen().find((one) => one.text.includes(`told in ${name} from now on`)) ?? null),
  );
}

/** Whole cards of an alert that all of a channel see now, the oldest first. */
export function cardsOf(user: ChatUser, alert: number): readonly Seen[] {
  return user
    .seen()
    .filter(({ text, toAll }) => toAll && text.includes(`Alert ${alert}:`) && text.includes('Opened'));
}

/** Short messages about an alert below its card. */
export function repliesOf(user: ChatUser, alert: number): readonly Seen[] {
  return user
    .seen()
    .filter(({ text, toAll }) => toAll && text.includes(`Alert ${alert}:`) && !text.includes('Opened'));
}

/** Waits until the newest card of an alert says something. */
export function cardThat(
  user: ChatUser,
  alert: number,
  says: RegExp = /(?:)/u,
  withinMs?: number,
): Promise<Seen> {
  return until(
    `the card of alert ${alert} says ${says.source} to ${user.name}`,
    () => Promise.resolve(cardsOf(user, alert).findLast(({ text }) => says.test(text)) ?? null),
    withinMs,
  );
}

/** Waits for something that somebody alone is told. */
export function heard(user: ChatUser, before: ReadonlySet<string>, says: RegExp): Promise<Seen> {
  return until(`${user.name} alone hears ${says.source}`, () =>
    Promise.resolve(
      user.seen().find(({ key, text, toAll }) => !toAll && !before.has(key) && says.test(text)) ?? null,
    ),
  );
}

/** Asks something, and waits for the answer to it: other messages may come and change meanwhile. */
export async function asks(user: ChatUser, text: string, says: RegExp): Promise<Seen> {
  const before = keysOf(user);
  await user.type(text);
  return heard(user, before, says);
}

/** What somebody sees now. */
export function keysOf(user: ChatUser): ReadonlySet<string> {
  return new Set(user.seen().map(({ key }) => key));
}
