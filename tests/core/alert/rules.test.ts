import { describe, expect, it } from 'vitest';
import { addDays } from '../../../src/core/alert/calendar.js';
import type { PolicyFact } from '../../../src/core/alert/facts.js';
import { but, DAY, found, network, NEVER, steady, told } from './support/facts.js';

const days = (...list: number[]) => list.map((back) => addDays(DAY, -back));

describe('failure-rate', () => {
  it('fires from its share on, and not below', () => {
    expect(found('failure-rate', { days: steady(100, { failing: 20 }) })).toHaveLength(1);
    expect(found('failure-rate', { days: steady(100, { failing: 19 }) })).toEqual([]);
  });

  it('says nothing of too few messages', () => {
    expect(found('failure-rate', { days: steady(33, { failing: 33 }) })).toEqual([]);
    expect(found('failure-rate', { days: steady(34, { failing: 34 }) })).toHaveLength(1);
  });

  it('keeps to what it saw while the last days are not in', () => {
    const [one] = found('failure-rate', { days: steady(100, { failing: 50, until: addDays(DAY, -2) }) });

    expect(one).toMatchObject({ day: addDays(DAY, -2), measure: { value: 0.5, threshold: 0.2 } });
  });
});

describe('volume-spike', () => {
  const spike = (messages: number) => told(but(steady(1000), { [DAY]: { messages } }));

  it('fires at twice what is usual of the weekday, and not below', () => {
    expect(found('volume-spike', spike(2000))).toHaveLength(1);
    expect(found('volume-spike', spike(1990))).toEqual([]);
  });

  it('says nothing where two hundred messages are not missing to it', () => {
    expect(found('volume-spike', told(but(steady(100), { [DAY]: { messages: 299 } })))).toEqual([]);
    expect(found('volume-spike', told(but(steady(100), { [DAY]: { messages: 300 } })))).toHaveLength(1);
  });

  it('is not moved by a spike of some weeks ago', () => {
    const before = days(7, 14).map((day) => [day, { messages: 50_000 }] as const);

    expect(
      found(
        'volume-spike',
        told(but(steady(1000), Object.fromEntries([...before, [DAY, { messages: 2500 }]]))),
      ),
    ).toHaveLength(1);
  });

  it('does not take a Sunday for a loss, nor a Monday for a gain', () => {
    const week = steady(1000).map((one) =>
      new Date(one.day).getUTCDay() % 6 === 0 ? { ...one, messages: 100 } : one,
    );

    expect(days(0, 1, 2, 3, 4, 5, 6).flatMap((day) => found('volume-spike', told(week), {}, day))).toEqual(
      [],
    );
    expect(
      days(0, 1, 2, 3, 4, 5, 6).flatMap((day) => found('volume-drop', told(week), { days: 1 }, day)),
    ).toEqual([]);
  });
});

describe('volume-drop', () => {
  const low = Object.fromEntries(days(2, 3).map((day) => [day, { messages: 500 }]));

  it('fires at half of what is usual on two settled days', () => {
    expect(found('volume-drop', told(but(steady(1000), low)))).toHaveLength(1);
    const one = Object.fromEntries(days(2).map((day) => [day, { messages: 10 }]));
    expect(found('volume-drop', told(but(steady(1000), one)))).toEqual([]);
  });

  it('does not fire because reports of the last days are not in', () => {
    expect(found('volume-drop', told(steady(1000, { until: addDays(DAY, -2) })))).toEqual([]);
  });

  it('does not take a reporter that is late, or silent, for a loss', () => {
    const all = steady(1000).map(({ day, messages }) => ({ day, messages }));
    const largest = {
      reporter: 'large.example',
      span: 1,
      days: all.filter(({ day }) => day < addDays(DAY, -5)),
      lastAnywhere: DAY,
    };
    const other = {
      reporter: 'other.example',
      span: 1,
      days: all.map((one) => ({ ...one, messages: 300 })),
      lastAnywhere: DAY,
    };

    expect(found('volume-drop', { reporters: [largest, other], days: steady(1300) })).toEqual([]);
  });

  it('says nothing of small domains', () => {
    const few = Object.fromEntries(days(2, 3).map((day) => [day, { messages: 1 }]));

    expect(found('volume-drop', told(but(steady(99), few)))).toEqual([]);
  });
});

describe('new-source', () => {
  const failing = { messages: 50, passed: 0, dkim: 0, spf: 0, failing: 2 };

  it('fires of a network that never sent and fails', () => {
    expect(found('new-source', { networks: [network({ ...NEVER, today: failing })] })).toMatchObject([
      { key: { sender: '192.0.2.0/24' }, evidence: { firstSeen: DAY, messages: 50, failing: 50 } },
    ]);
    expect(
      found('new-source', { networks: [network({ ...NEVER, today: { ...failing, messages: 49 } })] }),
    ).toEqual([]);
  });

  it('leaves those that pass, unless it is asked for all', () => {
    const passing = { networks: [network(NEVER)] };

    expect(found('new-source', passing)).toEqual([]);
    expect(found('new-source', passing, { when: 'always' })).toHaveLength(1);
  });

  it.each([
    ['was seen before', { networks: [network({ today: failing })] }],
    ['people said is theirs', { networks: [network({ ...NEVER, today: failing })], known: ['192.0.0.0/16'] }],
    [
      'belongs to a domain that is new itself',
      { networks: [network({ ...NEVER, today: failing })], firstDay: addDays(DAY, -10) },
    ],
  ])('says nothing of one that %s', (_why, given) => {
    expect(found('new-source', given)).toEqual([]);
  });
});

describe('sender-falls', () => {
  it('fires when a part of thirty in a hundred less passes', () => {
    const at = (passed: number) => ({ networks: [network({ today: { passed } })] });

    expect(found('sender-falls', at(70))).toMatchObject([
      { key: { sender: '192.0.2.0/24' }, measure: { value: 0.7, baseline: 1 } },
    ]);
    expect(found('sender-falls', at(71))).toEqual([]);
  });

  it('tells of DKIM alone, while SPF still makes DMARC pass', () => {
    expect(found('sender-falls', { networks: [network({ today: { dkim: 0 } })] })).toMatchObject([
      { says: expect.stringContaining('DKIM of 192.0.2.0/24') },
    ]);
  });

  it('says nothing of a network that never passed much, or is not known', () => {
    const before = { messages: 2800, passed: 1400, dkim: 1400, spf: 1400, days: 28 };

    expect(
      found('sender-falls', { networks: [network({ before, today: { passed: 0, dkim: 0, spf: 0 } })] }),
    ).toEqual([]);
    expect(found('sender-falls', { networks: [network({ ...NEVER, today: { passed: 0 } })] })).toEqual([]);
  });
});

describe('spoofing-burst', () => {
  const burst = (given: { failing?: number; addresses?: number } = {}) => ({
    days: but(steady(1000, { failing: 10 }), {
      [DAY]: { messages: 1000 + (given.failing ?? 400), passed: 1000 },
    }),
    failingAddresses: [{ day: DAY, addresses: given.addresses ?? 40 }],
  });

  it('fires of much failing mail from many addresses', () => {
    expect(found('spoofing-burst', burst())).toHaveLength(1);
    expect(found('spoofing-burst', burst({ failing: 199 }))).toEqual([]);
    expect(found('spoofing-burst', burst({ addresses: 9 }))).toEqual([]);
  });

  it('does not take a sender of the domain that broke for a forger', () => {
    const broken = network({ today: { messages: 400, passed: 0, failing: 40 } });

    expect(found('spoofing-burst', { ...burst(), networks: [broken] })).toEqual([]);
  });

  it('does not take one service that is not set up for a burst', () => {
    const service = network({ ...NEVER, today: { messages: 380, passed: 0, failing: 2 } });

    expect(found('spoofing-burst', { ...burst(), networks: [service] })).toEqual([]);
  });
});

describe('policy-weakened', () => {
  const seen = (
    reporter: string,
    p: string | null,
    day: string,
    given: Partial<PolicyFact> = {},
  ): PolicyFact => ({
    reporter,
    firstDay: day,
    day,
    p,
    sp: null,
    np: null,
    pct: 100,
    testing: null,
    ...given,
  });
  const [today = '', before = ''] = days(0, 3);
  const change = (from: Partial<PolicyFact>, to: Partial<PolicyFact>, reporters = ['a', 'b']) =>
    reporters
      .flatMap((name) => [seen(name, 'reject', before, from), seen(name, 'reject', today, to)])
      .toSorted((a, b) => (a.day < b.day ? -1 : 1));

  it.each([
    ['p', { p: 'quarantine' }],
    ['sp', { sp: 'none' }],
    ['pct', { pct: 50 }],
    ['t', { testing: 'y' }],
    ['missing', { p: null }],
  ])('fires when %s is weaker than it was', (_name, to) => {
    expect(found('policy-weakened', { policies: change({}, to) })).toHaveLength(1);
  });

  it.each([
    ['is stronger', { p: 'none' }, { p: 'reject' }],
    ['is stricter for a part of the mail', { p: 'none' }, { p: 'quarantine', pct: 10 }],
    ['is the same', {}, {}],
  ])('says nothing where the policy %s', (_name, from, to) => {
    expect(found('policy-weakened', { policies: change(from, to) })).toEqual([]);
  });

  it('wants two reporters to see it, unless there is one alone', () => {
    const one = change({}, { p: 'none' }, ['a']);

    expect(found('policy-weakened', { policies: one })).toHaveLength(1);
    expect(found('policy-weakened', { policies: [...one, seen('b', 'reject', today)] })).toEqual([]);
  });
});

describe('reporter-silence', () => {
  const sent = (until: string, messages = 100) =>
    steady(messages, { until }).map(({ day }) => ({ day, messages }));
  const reporters = (silentSince: number, given: { messages?: number; span?: number } = {}) => [
    {
      reporter: 'a.example',
      span: given.span ?? 1,
      days: sent(addDays(DAY, -silentSince), given.messages),
      lastAnywhere: null,
    },
    { reporter: 'b.example', span: 1, days: sent(DAY), lastAnywhere: DAY },
  ];
  const asked = { domain: null, days: steady(200), tenantDays: days(1, 0) };

  it('fires after four days without a regular reporter', () => {
    expect(found('reporter-silence', { ...asked, reporters: reporters(4) })).toMatchObject([
      { key: { reporter: 'a.example' } },
    ]);
    expect(found('reporter-silence', { ...asked, reporters: reporters(3) })).toEqual([]);
  });

  it('waits for who covers a week with one report', () => {
    expect(found('reporter-silence', { ...asked, reporters: reporters(9, { span: 7 }) })).toEqual([]);
    expect(found('reporter-silence', { ...asked, reporters: reporters(10, { span: 7 }) })).toHaveLength(1);
  });

  it('says nothing of who tells of few messages', () => {
    expect(found('reporter-silence', { ...asked, reporters: reporters(6, { messages: 9 }) })).toEqual([]);
  });

  it('tells of a domain when the reporter still reports on others, and once of the tenant when it does not', () => {
    const [a, b] = reporters(6);
    const list = (lastAnywhere: string) => (a && b ? [{ ...a, lastAnywhere }, b] : []);

    expect(found('reporter-silence', { ...asked, domain: 'example.com', reporters: list(DAY) })).toHaveLength(
      1,
    );
    expect(
      found('reporter-silence', { ...asked, domain: 'example.com', reporters: list(addDays(DAY, -6)) }),
    ).toEqual([]);
  });

  it('says once that nobody reports, and of a domain only while others are reported on', () => {
    const old = { days: steady(200, { until: addDays(DAY, -5) }), reporters: reporters(5) };

    expect(found('reporter-silence', { ...old, domain: null })).toMatchObject([{ key: { reporter: '*' } }]);
    expect(found('reporter-silence', { ...old, tenantDays: [DAY] })).toMatchObject([
      { key: { reporter: '*' } },
    ]);
    expect(found('reporter-silence', { ...old, tenantDays: [addDays(DAY, -5)] })).toEqual([]);
  });
});

describe('the rules about what reports hold', () => {
  it('new-subdomain fires from twenty messages on', () => {
    const name = { name: 'shop.example.com', firstSeen: DAY, messages: 20, passed: 20 };

    expect(found('new-subdomain', { names: [name] })).toMatchObject([{ key: { name: 'shop.example.com' } }]);
    expect(found('new-subdomain', { names: [{ ...name, messages: 19 }] })).toEqual([]);
    expect(found('new-subdomain', { names: [name], firstDay: addDays(DAY, -5) })).toEqual([]);
  });

  it('tls-failures fires when a tenth of the sessions fails, and ten do', () => {
    const tls = (failed: number, successful: number) => ({ tls: [{ day: DAY, failed, successful }] });

    expect(found('tls-failures', tls(10, 90))).toHaveLength(1);
    expect(found('tls-failures', tls(9, 0))).toEqual([]);
    expect(found('tls-failures', tls(10, 91))).toEqual([]);
  });

  it('unreadable-reports fires at five documents, unless so many are usual', () => {
    const unreadable = [{ day: DAY, documents: 5 }];
    const usual = steady(2).map(({ day }) => ({ day, documents: 2 }));

    expect(found('unreadable-reports', { domain: null, unreadable })).toHaveLength(1);
    expect(found('unreadable-reports', { domain: null, unreadable: [{ day: DAY, documents: 4 }] })).toEqual(
      [],
    );
    expect(
      found('unreadable-reports', { domain: null, unreadable: but(usual, { [DAY]: { documents: 5 } }) }),
    ).toEqual([]);
  });

  it('conflicting-reports fires at the first one of a reporter', () => {
    const conflicts = [{ day: DAY, reporter: 'a.example', reports: 1 }];

    expect(found('conflicting-reports', { conflicts })).toMatchObject([{ key: { reporter: 'a.example' } }]);
    expect(
      found('conflicting-reports', {
        conflicts: [{ ...conflicts[0], day: addDays(DAY, -7), reporter: 'a', reports: 1 }],
      }),
    ).toEqual([]);
  });

  it('policy-violation fires at twenty messages of a reporter, unless the policy was milder a moment ago', () => {
    const violations = [{ day: DAY, reporter: 'a.example', asked: 'reject', messages: 20 }];
    const milder = {
      reporter: 'b',
      firstDay: addDays(DAY, -20),
      day: addDays(DAY, -5),
      p: 'none',
      sp: null,
      np: null,
      pct: 100,
      testing: null,
    };

    expect(found('policy-violation', { violations })).toMatchObject([{ key: { reporter: 'a.example' } }]);
    expect(
      found('policy-violation', { violations: [{ day: DAY, reporter: 'a', asked: 'reject', messages: 19 }] }),
    ).toEqual([]);
    expect(found('policy-violation', { violations, policies: [milder] })).toEqual([]);
  });
});
