import { describe, expect, it } from 'vitest';
import { evidence } from '../../../src/core/alert/kind.js';
import type { ScoredAlert } from '../../../src/core/alert/score/alerts.js';
import { expectedAlerts } from '../../../src/core/alert/score/expected.js';
import { scoreOf } from '../../../src/core/alert/score/score.js';
import { walk } from '../../../src/core/alert/score/walk.js';
import { createSpool } from '../../../src/core/intake/spool.js';
import { generate } from '../../../src/core/sample/generate.js';
import { parseScenario, type Scenario } from '../../../src/core/sample/scenario.js';
import type { Truth } from '../../../src/core/sample/truth.js';

/** Days 1 to 60, of which the first is a Monday. */
function scenario(
  events: string,
  given: { senders?: string; reporters?: string; tls?: string } = {},
): Scenario {
  return parseScenario(`
name: small
start: 2026-01-05
days: 60
domains: { a.example: { p: reject }, b.example: { p: none } }
senders:
  - { name: office, kind: own, domain: a.example, addresses: 192.0.2.0/28, perDay: 800 }
  - { name: sister, kind: own, domain: b.example, addresses: 192.0.2.128/28, perDay: 400 }
${given.senders ?? ''}
reporters:
  - { name: A, domain: a.report.example, share: 0.4 }
  - { name: B, domain: b.report.example, share: 0.3 }
${given.reporters ?? ''}
events: [${events}]
tls: [${given.tls ?? ''}]
`);
}

function truthOf(plan: Scenario): Truth {
  const generation = generate(plan, { seed: 1 });
  expect([...generation.files].length).toBeGreaterThan(0);
  return generation.truth();
}

/** `rule firstDay` of what has to be told. */
function expected(plan: Scenario): string[] {
  return expectedAlerts(plan, truthOf(plan)).map(({ rule, firstDay }) => `${rule} ${firstDay}`);
}

describe('what rules have to tell of', () => {
  it('is a sender that begins by its first day, as one that an event begins', () => {
    const crm = (from: number) =>
      `  - { name: crm, kind: misconfigured, domain: a.example, addresses: 198.51.100.8/30, perDay: 90, from: ${from} }`;

    expect(expected(scenario('', { senders: crm(50) }))).toEqual(['new-source 2026-02-23']);
    expect(expected(scenario('', { senders: crm(10) }))).toEqual([]);
  });

  it('is a reporter that ends by its last day', () => {
    const leaver = '  - { name: C, domain: c.report.example, share: 0.1, until: 45 }';

    expect(expected(scenario('', { reporters: leaver }))).toEqual(['reporter-silence 2026-02-19']);
  });

  it('is no event before its domain was known', () => {
    const young =
      '  - { name: shop, kind: own, domain: b.example, headerFrom: shop.b.example, addresses: 198.51.100.8/30, perDay: 900, from: 45 }';
    const plan = scenario('{ kind: volume-spike, day: 47, domain: a.example, factor: 5 }', {
      senders: young,
    });
    const alone = {
      ...plan,
      senders: plan.senders.filter(({ name }) => name !== 'sister'),
      events: [{ kind: 'volume-spike' as const, day: 47, days: 1, domain: 'b.example', factor: 5 }],
    };

    expect(expected(plan)).toContain('volume-spike 2026-02-20');
    expect(expected(alone)).toEqual([]);
  });

  it('is no drop because a reporter is silent', () => {
    const silent = '{ kind: reporter-silent, day: 50, days: 4, reporter: a.report.example }';

    expect(
      expected(
        scenario(`${silent}, { kind: volume-drop, day: 50, days: 4, domain: a.example, factor: 0.7 }`),
      ),
    ).toEqual([]);
    expect(
      expected(
        scenario(`${silent}, { kind: volume-drop, day: 50, days: 4, domain: a.example, factor: 0.2 }`),
      ),
    ).toEqual(['volume-drop 2026-02-23']);
  });

  it('is a changed report on the day that it comes, and none that was never made', () => {
    const again = (reporter: string, after: number) =>
      scenario(
        `{ kind: resend-changed, day: 30, after: ${after}, domain: a.example, reporter: ${reporter} }`,
        {
          reporters:
            '  - { name: W, domain: w.report.example, share: 0.1, hours: 168 }\n  - { name: T, domain: t.report.example, share: 0 }',
        },
      );

    // Day 30 stands in the report of the week that ends with day 35.
    expect(expected(again('w.report.example', 2))).toEqual(['conflicting-reports 2026-02-10']);
    expect(expected(again('t.report.example', 2))).toEqual([]);
    expect(expected(again('a.report.example', 40))).toEqual([]);
  });

  it('is no fall of a sender that is a small part of its network', () => {
    const app = '  - { name: app, kind: own, domain: a.example, addresses: 192.0.2.64/28, perDay: 120 }';
    const other = app.replace('192.0.2.64/28', '198.51.100.64/28');
    const breaks = '{ kind: dkim-break, day: 50, days: 3, sender: app }';

    expect(expected(scenario(breaks, { senders: app }))).toEqual([]);
    expect(expected(scenario(breaks, { senders: other }))).toEqual(['sender-falls 2026-02-23']);
  });

  it('is no weaker policy that nobody saw the stronger one of', () => {
    const weaker = (day: number) =>
      scenario(`{ kind: policy-change, day: ${day}, domain: a.example, policy: { p: none } }`);

    expect(expected(weaker(1))).toEqual([]);
    expect(expected(weaker(3))).toEqual(['policy-weakened 2026-01-07']);
  });

  it('is TLS that fails all the time', () => {
    const tls = (failures: number) =>
      `{ reporter: a.report.example, domain: a.example, perDay: 200, failures: ${failures}, mx: mx.a.example }`;

    expect(expected(scenario('', { tls: tls(0.2) }))).toEqual(['tls-failures 2026-01-05']);
    expect(expected(scenario('', { tls: tls(0.02) }))).toEqual([]);
  });
});

describe('a false alert', () => {
  const alert = (
    rule: string,
    domain: string | null,
    openedDay: string,
    key: Record<string, string> = {},
  ): ScoredAlert => ({
    rule,
    domain,
    openedDay,
    lastDay: openedDay,
    finding: {
      rule,
      kind: rule,
      cause: 'reporting',
      severity: 'warning',
      domain,
      key,
      day: openedDay,
      says: '',
      fix: '',
      measure: { name: '', value: 1, threshold: 1, unit: 'reports', baseline: null },
      evidence: evidence({}),
    },
  });
  const wrong = (plan: Scenario, one: ScoredAlert) =>
    scoreOf(plan, truthOf(plan), [one]).rules.reduce((sum, { falseAlerts }) => sum + falseAlerts, 0);

  it('is not that nobody reports while all are silent, nor where a domain sends nothing', () => {
    const silent = scenario(
      ['a', 'b']
        .map((name) => `{ kind: reporter-silent, day: 45, days: 8, reporter: ${name}.report.example }`)
        .join(', '),
    );
    const stopped = scenario('{ kind: volume-drop, day: 45, days: 8, domain: a.example, factor: 0 }');

    expect(wrong(silent, alert('reporter-silence', null, '2026-02-23', { reporter: '*' }))).toBe(0);
    expect(wrong(stopped, alert('reporter-silence', 'a.example', '2026-02-23', { reporter: '*' }))).toBe(0);
    expect(wrong(stopped, alert('reporter-silence', 'b.example', '2026-02-23', { reporter: '*' }))).toBe(1);
  });

  it('is not about a copy that comes weeks later', () => {
    const plan = scenario(
      '{ kind: resend-changed, day: 10, after: 30, domain: a.example, reporter: a.report.example }',
    );

    expect(wrong(plan, alert('conflicting-reports', 'a.example', '2026-02-14', { reporter: 'A' }))).toBe(0);
    expect(wrong(plan, alert('conflicting-reports', 'a.example', '2026-02-14', { reporter: 'B' }))).toBe(1);
  });

  it('is not the end of a drop that became usual', () => {
    const drop = (days: number) =>
      scenario(`{ kind: volume-drop, day: 15, days: ${days}, domain: a.example, factor: 0.2 }`);
    const spike = (day: string) => alert('volume-spike', 'a.example', day);

    expect(wrong(drop(35), spike('2026-02-23'))).toBe(0);
    expect(wrong(drop(5), spike('2026-01-24'))).toBe(1);
  });

  it('is a burst without forgers, and not one by a forger that came to stay', () => {
    const forger = (kind: string) =>
      scenario('{ kind: new-sender, day: 45, sender: new }', {
        senders: `  - { name: new, kind: ${kind}, domain: a.example, addresses: 203.0.113.0/24, perDay: 900 }`,
      });
    const burst = alert('spoofing-burst', 'a.example', '2026-02-19');

    expect(wrong(forger('spoofer'), burst)).toBe(0);
    expect(wrong(forger('misconfigured'), burst)).toBe(1);
  });
});

describe('a walk through a scenario', () => {
  it('looks at the last days too, whose reports come after its end', async () => {
    const plan = scenario(
      '{ kind: resend-changed, day: 59, domain: a.example, reporter: a.report.example }, { kind: policy-change, day: 60, domain: b.example, policy: { p: reject } }',
    );

    const { alerts, truth } = await walk(plan, 1, createSpool());

    expect(truth.resent.changed).toBe(1);
    expect(alerts.map(({ rule }) => rule)).toEqual(['conflicting-reports']);
  }, 30_000);
});
