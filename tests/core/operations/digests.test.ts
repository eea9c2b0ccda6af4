import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestCard } from '../../../src/bot/cards/digest.js';
import { summaryCard } from '../../../src/bot/cards/summary.js';
import { digestSubjects } from '../../../src/bot/delivery/digest-subject.js';
import { daysOf, rangeOf } from '../../../src/core/analysis/range.js';
import { digestPreview } from '../../../src/core/operations/digest/preview.js';
import { makeDigests, makeEveryDigest } from '../../../src/core/operations/digest/make.js';
import { refreshDigests, refreshEveryDigest } from '../../../src/core/operations/digest/refresh.js';
import {
  digestAdd,
  digestRemove,
  digests,
  digestSet,
} from '../../../src/core/operations/digest/subscribe.js';
import { claim, release } from '../../../src/core/operations/domains.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { summary } from '../../../src/core/operations/summary.js';
import { addChannel, type ChannelKind } from '../../../src/core/store/channels.js';
import { digestsToTell, type DigestToTell } from '../../../src/core/store/digests.js';
import { SILENT, testSystem, type TestSystem } from '../../support/context.js';
import { refusing } from '../../support/refusing.js';
import { reportXml, type WrittenRecord } from '../../support/reports.js';
import { takeIn } from '../../support/samples.js';
import { asking } from './asking.js';

let system: TestSystem;
beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());

const MONDAY = new Date('2026-03-16T09:00:00Z');
const WEEK = { from: '2026-03-09', to: '2026-03-15' };
const DAY_MS = 86_400_000;

/** A tenant of its own with a channel, whose clock can be moved. */
async function tenantAt(name: string, start: Date) {
  const clock = { now: start };
  const context = await system.context(name, { now: () => clock.now });
  const addPlace = (channel: string, kind: ChannelKind = 'terminal', workspace: string | null = null) =>
    context.db.within(context.tenant, async (session) => {
      if (workspace !== null)
        await session.run(
          `INSERT INTO chat_workspace (tenant_id, platform, workspace, bound_at, bound_by, bound_by_name)
           VALUES ($1, $2, $3, now(), 'x', 'x')
           ON CONFLICT DO NOTHING`,
          [context.tenant, kind, workspace],
        );
      return addChannel(session, context.tenant, {
        name: channel,
        kind,
        workspace,
        address: workspace === null ? null : channel,
        destination: {},
        secret: null,
        takesAll: true,
        leastSeverity: 'info',
        quietFrom: null,
        quietUntil: null,
        zone: 'Europe/Berlin',
        createdAt: start,
        createdBy: 'test',
      });
    });
  await addPlace('ops');
  return { clock, context, addPlace };
}

function reportOn(
  day: string,
  orgName: string,
  records: readonly WrittenRecord[],
  domain = 'example.com',
): string {
  const begin = Date.parse(day) / 1000;
  const xml = reportXml({ orgName, reportId: `${orgName} ${day} ${domain}`, records, domain });
  return xml.replace(/<begin>\d+/u, `<begin>${begin}`).replace(/<end>\d+/u, `<end>${begin + 86_399}`);
}

/** Reports of two regular reporters about a month, and a new source that fails at its end. */
async function takeMonth(context: Context, domain = 'example.com', messages = 100): Promise<void> {
  const days = daysOf(rangeOf('2026-02-15', '2026-03-15'));
  await takeIn(
    context,
    ...days.map((day) => reportOn(day, 'Steady', [{ sourceIp: '192.0.2.1', count: messages }], domain)),
    ...days.map((day) =>
      reportOn(
        day,
        'Other',
        [
          { sourceIp: '192.0.2.2', count: messages },
          ...(day >= '2026-03-12' ? [{ sourceIp: '203.0.113.9', count: 40, dkim: 'fail' }] : []),
        ],
        domain,
      ),
    ),
  );
}

async function storedDigests({ db, tenant }: Context): Promise<DigestToTell[]> {
  return db.within(tenant, async (session) => {
    const rows = await session.rows<{ id: number }>('SELECT id FROM digest WHERE tenant_id = $1', [tenant]);
    const ids = rows.map(({ id }) => id);
    return (await digestsToTell(session, tenant, ids)).toSorted((a, b) => a.id - b.id);
  });
}

function deliveriesOf({ db, tenant }: Context, id: number) {
  return db.within(tenant, (session) =>
    session.rows<{ wanted: number; notable: number }>(
      `SELECT wanted_version AS wanted, wanted_notable AS notable FROM delivery
       WHERE tenant_id = $1 AND subject = 'digest' AND subject_id = $2`,
      [tenant, id],
    ),
  );
}

describe('a digest', () => {
  it('of one domain has the figures and sentences of its summary', async () => {
    const { context } = await tenantAt('one', MONDAY);
    await takeMonth(context);
    await asking(digestAdd, { frequency: 'weekly', time: '9:00', zone: 'UTC', channel: 'ops' }, context);

    const { content } = await asking(digestPreview, { of: 'weekly', domain: 'example.com' }, context);
    const told = await asking(summary, { domain: 'example.com', ...WEEK }, context);

    expect(content).toMatchObject({
      domain: 'example.com',
      range: told.range,
      figures: told.figures,
      policy: told.policy,
      completeness: told.completeness,
      reporters: told.reporters,
      changes: { compared: told.compared, before: { messages: 1_400, dmarcPass: 1_400 } },
      newFailing: 1,
      senders: [{ source: '203.0.113.9', failing: true, figures: { messages: 160, dmarcPass: 0 } }],
      actions: [{ kind: 'step', domain: 'example.com', step: told.nextStep }],
    });
    expect(told.figures).toMatchObject({ messages: 1_560, dmarcPass: 1_400 });
    expect(content.series).toHaveLength(14);
    const card = digestCard(content, MONDAY);
    expect(card.verdict).toBe(summaryCard(told, {}, MONDAY).verdict);
    expect(card.tone).toBe(summaryCard(told, {}, MONDAY).tone);
  });

  it('of all domains has the figures of the summary of all, and the worst of them', async () => {
    const { context } = await tenantAt('many', MONDAY);
    await takeMonth(context, 'example.com');
    await takeMonth(context, 'example.org', 1_000);
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await takeIn(
        context,
        reportOn('2026-03-10', 'Steady', [{ count: 5, dkim: 'fail' }], `${name}.example`),
      );

    const { content } = await asking(digestPreview, { of: 'weekly' }, context);
    const told = await asking(summary, WEEK, context);

    expect(content).toMatchObject({
      domain: null,
      figures: told.figures,
      worst: told.topDomains,
      completeness: told.completeness,
      reporters: told.reporters,
      changes: { compared: told.compared },
    });
    expect(content.domainIds).toHaveLength(7);
    expect(content.worst).toHaveLength(5);
    expect(content.actions).toMatchObject([
      { domain: 'example.com', step: { code: 'look-at-new-source' } },
      { domain: 'example.org', step: { code: 'look-at-new-source' } },
    ]);
  });

  it('of some domains sums these alone, as their summaries do', async () => {
    const { context } = await tenantAt('some', MONDAY);
    await takeMonth(context, 'example.com');
    await takeMonth(context, 'example.org', 1_000);
    await takeMonth(context, 'example.net', 7);
    await asking(release, { domain: 'example.net' }, context);

    const { content } = await asking(digestPreview, { of: 'weekly' }, context);
    const com = await asking(summary, { domain: 'example.com', ...WEEK }, context);
    const org = await asking(summary, { domain: 'example.org', ...WEEK }, context);

    expect(content.domainIds).toHaveLength(2);
    expect(content.figures.messages).toBe(com.figures.messages + org.figures.messages);
    expect(content.figures.dmarcPass).toBe(com.figures.dmarcPass + org.figures.dmarcPass);
    expect(content.completeness).toEqual(com.completeness);
    expect(content.worst.find(({ domain }) => domain === 'example.com')?.figures).toEqual(com.figures);
  });

  it('tells of nothing but how to claim where no domain is claimed', async () => {
    const { context } = await tenantAt('none', MONDAY);

    const { content } = await asking(digestPreview, {}, context);

    expect(digestCard(content, MONDAY)).toMatchObject({
      parts: [],
      advice: expect.stringContaining('claim'),
    });
  });

  it('tells of the alerts that are open, the most severe first, and of how many came and went', async () => {
    const { context } = await tenantAt('alerts', MONDAY);
    await takeMonth(context);
    const { db, tenant } = context;
    const rows = [
      ['info', 'open', '2026-03-10', null],
      ['critical', 'acknowledged', '2026-03-11', null],
      ['warning', 'resolved', '2026-03-12', '2026-03-13'],
      ['warning', 'open', '2026-03-01', null],
    ];
    await db.within(tenant, async (session) => {
      for (const [at, [severity, state, opened, resolved]] of rows.entries())
        await session.run(
          `INSERT INTO alert (tenant_id, fingerprint, rule, kind, domain_id, cause, severity, state, finding, opened_at,
             last_found_at, resolved_at)
           SELECT $1, sha256($2::text::bytea), 'r', 'k', id, 'policy', $3, $4, $5, $6, $6, $7 FROM domain WHERE tenant_id = $1`,
          [tenant, at, severity, state, { says: `says ${at}`, fix: `fix ${at}` }, opened, resolved],
        );
    });

    const { content } = await asking(digestPreview, {}, context);

    expect(content.alerts.count).toBe(3);
    expect(content.alerts.items.map(({ says, severity }) => [says, severity])).toEqual([
      ['says 1', 'critical'],
      ['says 3', 'warning'],
      ['says 0', 'info'],
    ]);
    expect(content.changes.alerts).toEqual({ opened: 3, resolved: 1 });
    expect(
      content.actions.map((action) => (action.kind === 'alert' ? action.alert.fix : action.step.code)),
    ).toEqual(['fix 1', 'look-at-new-source', 'fix 3']);
    const card = JSON.stringify(digestCard(content, MONDAY));
    for (const text of ['fix 1 (alert', 'Open alerts', '3 alerts opened, 1 resolved.'])
      expect(card).toContain(text);
  });

  it('holds the sections that were asked for, in their order', async () => {
    const { context } = await tenantAt('sections', MONDAY);
    await takeMonth(context);

    const { content } = await asking(digestPreview, { sections: ['completeness', 'changes'] }, context);

    expect(content.sections).toEqual(['changes', 'completeness']);
    expect(digestCard(content, MONDAY).parts.map(({ type }) => type)).toEqual(['text', 'facts']);
  });
});

describe('digests that are due', () => {
  it('are made once, want a delivery, and begin where the last one ended', async () => {
    const { clock, context } = await tenantAt('due', new Date('2026-03-14T12:00:00Z'));
    await takeMonth(context);
    await asking(digestAdd, { frequency: 'weekly', zone: 'UTC', channel: 'ops' }, context);
    clock.now = new Date(MONDAY.getTime() - 1);
    expect(await makeDigests(context)).toBe(0);

    clock.now = MONDAY;
    const made = await Promise.all([makeDigests(context), makeDigests(context), makeDigests(context)]);
    clock.now = new Date(MONDAY.getTime() + 7 * DAY_MS);
    await makeDigests(context);

    expect(made.reduce((sum, one) => sum + one, 0)).toBe(1);
    const [first, second, ...more] = await storedDigests(context);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ version: 1, superseded: true, content: { range: WEEK } });
    expect(second?.content.range).toMatchObject({ from: '2026-03-16', to: '2026-03-22' });
    expect(second?.content.changes.domains).toEqual({ added: 0, gone: 0 });
    expect(await deliveriesOf(context, first?.id ?? 0)).toEqual([{ wanted: 1, notable: 1 }]);
  });

  it('are one after a long stop, which goes back two periods at most', async () => {
    const { clock, context } = await tenantAt('stopped', MONDAY);
    await asking(digestAdd, { frequency: 'daily', time: '10:00', zone: 'UTC', channel: 'ops' }, context);
    clock.now = new Date('2026-03-16T10:00:30Z');
    await makeDigests(context);

    clock.now = new Date('2026-03-18T11:00:00Z');
    await makeDigests(context);
    clock.now = new Date('2026-03-25T11:00:00Z');
    await makeDigests(context);

    const stored = await storedDigests(context);
    expect(
      stored.map(({ dueAt, content }) => [dueAt.toISOString(), content.range.from, content.range.to]),
    ).toEqual([
      ['2026-03-16T10:00:00.000Z', '2026-03-15', '2026-03-15'],
      ['2026-03-18T10:00:00.000Z', '2026-03-16', '2026-03-17'],
      ['2026-03-25T10:00:00.000Z', '2026-03-23', '2026-03-24'],
    ]);
    const [item] = (await asking(digests, {}, context)).items;
    expect(item).toMatchObject({ nextAt: '2026-03-26T10:00:00.000Z', toldUntil: '2026-03-24' });
  });

  it('that nobody was told of before a newer one came are skipped', async () => {
    const { clock, context } = await tenantAt('superseded', MONDAY);
    await asking(digestAdd, { frequency: 'daily', time: '10:00', zone: 'UTC', channel: 'ops' }, context);
    for (const day of ['16', '17']) {
      clock.now = new Date(`2026-03-${day}T10:00:00Z`);
      await makeDigests(context);
    }
    const ids = (await storedDigests(context)).map(({ id }) => id);

    const told = await digestSubjects(context, [...ids, 999]);

    const channel = {} as Parameters<NonNullable<ReturnType<typeof told.get>>['plan']>[0];
    const plans = ids.map((id) => told.get(id)?.plan(channel, false, clock.now));
    expect(plans).toMatchObject([{ do: 'skip', code: 'superseded' }, { do: 'send' }]);
    expect(told.get(ids[0] ?? 0)?.plan(channel, true, clock.now)).toEqual({ do: 'send' });
    expect(told.has(999)).toBe(false);
  });
});

describe('a tenant whose digests fail', () => {
  it('keeps no other waiting, neither for a digest nor for late reports in one', async () => {
    const sunday = new Date(MONDAY.getTime() - DAY_MS);
    const broken = await tenantAt('in trouble', sunday);
    const { context, clock } = await tenantAt('behind it', sunday);
    await takeMonth(context);
    for (const own of [broken.context, context]) {
      await asking(claim, { domain: 'example.com' }, own);
      await asking(digestAdd, { frequency: 'daily', time: '08:00', zone: 'UTC', channel: 'ops' }, own);
    }
    clock.now = MONDAY;
    const logged: unknown[] = [];
    const log = { ...SILENT, error: (_: string, facts = {}) => logged.push(facts) };
    const every = refusing({ ...context, log }, broken.context.tenant);

    await makeEveryDigest(every);
    expect((await storedDigests(context)).map(({ version }) => version)).toEqual([1]);
    await takeIn(context, reportOn('2026-03-15', 'Late', [{ sourceIp: '192.0.2.1', count: 1_000 }]));
    await refreshEveryDigest(every);

    expect((await storedDigests(context)).map(({ version }) => version)).toEqual([2]);
    expect(logged).toEqual([1, 2].map(() => ({ tenant: broken.context.tenant, error: expect.any(Error) })));
  });
});

describe('late reports', () => {
  it('change the posted digest by an edit when a figure is other by more than 1 %, for three days', async () => {
    const { clock, context } = await tenantAt('late', new Date('2026-03-15T12:00:00Z'));
    await takeMonth(context, 'example.com', 1_000);
    await asking(
      digestAdd,
      { frequency: 'weekly', zone: 'UTC', channel: 'ops', sections: ['verdict'] },
      context,
    );
    clock.now = MONDAY;
    await makeDigests(context);
    const late = (count: number, name: string) =>
      takeIn(context, reportOn('2026-03-14', name, [{ sourceIp: '192.0.2.1', count }]));

    expect(await refreshDigests(context)).toBe(0);
    clock.now = new Date(MONDAY.getTime() + DAY_MS);
    await late(80, 'little');
    expect(await refreshDigests(context)).toBe(0);
    await late(80, 'enough together');
    const both = await Promise.all([refreshDigests(context), refreshDigests(context)]);

    expect(both.reduce((sum, one) => sum + one, 0)).toBe(1);
    const [digest] = await storedDigests(context);
    expect(digest).toMatchObject({ version: 2, content: { figures: { messages: 14_320 } } });
    // A message that cannot be edited is not sent again.
    expect(await deliveriesOf(context, digest?.id ?? 0)).toEqual([{ wanted: 2, notable: 1 }]);

    clock.now = new Date(MONDAY.getTime() + 3 * DAY_MS);
    await late(5_000, 'too late');
    expect(await refreshDigests(context)).toBe(0);
  });
});

describe('subscriptions', () => {
  it('are told with the local time at which they come next', async () => {
    const { context } = await tenantAt('told', MONDAY);
    await asking(claim, { domain: 'example.com' }, context);

    const monthly = await asking(
      digestAdd,
      { frequency: 'monthly', day: 31, time: '8:30', channel: 'OPS', domains: ['example.com'] },
      context,
    );

    expect(monthly).toMatchObject({
      channel: 'ops',
      frequency: 'monthly',
      weekday: null,
      day: 31,
      zone: 'Europe/Berlin',
      domains: ['example.com'],
      nextAt: '2026-03-31T06:30:00.000Z',
    });
    expect((await asking(digests, {}, context)).items).toEqual([monthly]);
  });

  it('are changed, turned off and on, and removed with what was not told yet', async () => {
    const { clock, context } = await tenantAt('changed', MONDAY);
    const { id } = await asking(digestAdd, { frequency: 'daily', channel: 'ops', zone: 'UTC' }, context);
    clock.now = new Date(MONDAY.getTime() + DAY_MS);
    await makeDigests(context);

    const weekly = await asking(digestSet, { id, frequency: 'weekly', weekday: 'friday' }, context);
    const same = await asking(digestSet, { id, sections: ['alerts'] }, context);
    const off = await asking(digestSet, { id, enabled: false }, context);
    clock.now = new Date(MONDAY.getTime() + 30 * DAY_MS);
    expect(await makeDigests(context)).toBe(0);
    const on = await asking(digestSet, { id, enabled: true }, context);
    await asking(digestRemove, { id }, context);

    expect(weekly).toMatchObject({ weekday: 'friday', nextAt: '2026-03-20T09:00:00.000Z' });
    expect(same.nextAt).toBe(weekly.nextAt);
    expect(off.nextAt).toBeNull();
    expect(on.nextAt).toBe('2026-04-17T09:00:00.000Z');
    expect(await storedDigests(context)).toEqual([]);
    const left = await context.db.within(context.tenant, (session) => session.rows('SELECT FROM delivery'));
    expect(left).toEqual([]);
  });

  it('come to the place where they are asked for, once that is a channel', async () => {
    const { context, addPlace } = await tenantAt('place', MONDAY);
    await addPlace('C1', 'slack', 'T1');
    const chat = { platform: 'slack', workspace: 'T1', person: 'U1', personName: 'Ada' } as const;

    const here = await asking(
      digestAdd,
      { frequency: 'daily' },
      { ...context, chat: { ...chat, channel: 'C1' } },
    );
    const elsewhere = asking(
      digestAdd,
      { frequency: 'daily' },
      { ...context, chat: { ...chat, channel: 'C2' } },
    );

    expect(here.channel).toBe('C1');
    await expect(elsewhere).rejects.toMatchObject({ code: 'channel-unknown' });
  });

  it.each([
    [{ frequency: 'daily', weekday: 'monday', channel: 'ops' }, 'weekday-of-weekly'],
    [{ frequency: 'weekly', day: 3, channel: 'ops' }, 'day-of-monthly'],
    [{ frequency: 'weekly', channel: 'opps' }, 'channel-unknown'],
    [{ frequency: 'weekly' }, 'channel-unknown'],
    [{ frequency: 'weekly', channel: 'ops', domains: ['seen.example'] }, 'domain-not-claimed'],
    [{ frequency: 'weekly', channel: 'ops', domains: ['unknown.example'] }, 'domain-unknown'],
  ] as const)('%j is refused with %s', async (given, code) => {
    const { context } = await tenantAt('refused', MONDAY);
    await takeIn(context, reportOn('2026-03-10', 'Steady', [{}], 'seen.example'));
    await asking(release, { domain: 'seen.example' }, context);

    await expect(
      asking(digestAdd, { ...given, domains: 'domains' in given ? [...given.domains] : undefined }, context),
    ).rejects.toMatchObject({ code });
  });

  it('that are not there are named as such', async () => {
    const { context } = await tenantAt('refused', MONDAY);

    await expect(asking(digestSet, { id: 77, time: '08:00' }, context)).rejects.toMatchObject({
      code: 'digest-unknown',
    });
    await expect(asking(digestPreview, { of: '77' }, context)).rejects.toMatchObject({
      code: 'digest-unknown',
    });
  });
});
