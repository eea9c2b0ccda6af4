import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../../src/core/alert/calendar.js';
import { judge, keyOf } from '../../../src/core/alert/judge.js';
import { RULE_KINDS } from '../../../src/core/alert/kinds.js';
import { resolveRules, type RuleLayer } from '../../../src/core/alert/layers.js';
import { factsOf, tenantDays, type DomainHistory } from '../../../src/core/alert/history.js';
import { networkOf, holdsNetwork } from '../../../src/core/alert/network.js';
import { DAY, facts, steady, told } from './support/facts.js';

const layer = (given: Partial<RuleLayer>): RuleLayer => ({
  name: 'failure-rate',
  kind: 'failure-rate',
  domainId: null,
  enabled: null,
  thresholds: {},
  severity: null,
  channels: null,
  cooldownHours: null,
  escalateMinutes: null,
  escalateTo: null,
  remindMinutes: null,
  ownerId: null,
  ...given,
});
const failureRate = (layers: readonly RuleLayer[], domainId: number | null) =>
  resolveRules(layers, domainId).find(({ name }) => name === 'failure-rate');

describe('the layers of a rule', () => {
  it('give every kind with its defaults where nobody changed anything', () => {
    expect(resolveRules([], 7).map(({ name }) => name)).toEqual(RULE_KINDS.map(({ name }) => name));
    expect(failureRate([], 7)).toMatchObject({
      enabled: true,
      thresholds: { share: 0.2, days: 3, messages: 100 },
      severity: 'warning',
    });
  });

  it('hold by field: the domain above the tenant above the default', () => {
    const layers = [
      layer({ thresholds: { share: 0.5, days: 5 }, severity: 'critical', channels: [1] }),
      layer({ domainId: 7, thresholds: { share: 0.1 }, enabled: false }),
      layer({ domainId: 8, thresholds: { share: 0.9 } }),
    ];

    expect(failureRate(layers, 7)).toMatchObject({
      enabled: false,
      thresholds: { share: 0.1, days: 5, messages: 100 },
      severity: 'critical',
      channels: [1],
    });
    expect(failureRate(layers, null)).toMatchObject({ enabled: true, thresholds: { share: 0.5 } });
  });

  it('leave a threshold out that is no longer allowed', () => {
    expect(failureRate([layer({ thresholds: { share: 7, days: 5, gone: 1 } })], null)?.thresholds).toEqual({
      share: 0.2,
      days: 5,
      messages: 100,
    });
  });

  it('have a rule that was made for one domain only there', () => {
    const made = [layer({ name: 'mine', domainId: 7 })];

    expect(resolveRules(made, 7).map(({ name }) => name)).toContain('mine');
    expect(resolveRules(made, 8).map(({ name }) => name)).not.toContain('mine');
  });
});

describe('judging', () => {
  const rules = resolveRules([], null);
  const share = fc.double({ min: 0, max: 1, noNaN: true });

  it('finds under eased thresholds all that it finds', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3000), share), { minLength: 63, maxLength: 63 }), (list) => {
        const days = list.map(([messages, part], index) => ({
          day: addDays(DAY, index - 62),
          messages,
          passed: Math.floor(messages * part),
        }));
        const { findings, still } = judge(rules, facts(told(days)), DAY);
        const keys = still.map(keyOf);
        expect(findings.every((one) => keys.includes(keyOf(one)))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('finds the same share with more messages', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 34, max: 500 }),
        share,
        fc.integer({ min: 1, max: 1000 }),
        (messages, part, scale) => {
          const failing = Math.floor(messages * part);
          const at = (by: number) =>
            judge(
              rules,
              facts({ days: steady(messages * by, { failing: failing * by }) }),
              DAY,
            ).findings.filter(({ kind }) => kind === 'failure-rate').length;
          expect(at(scale)).toBe(at(1));
        },
      ),
    );
  });

  it('says nothing of what is disabled, and asks each kind about what it is about', () => {
    const bad = { days: steady(1000, { failing: 900 }), unreadable: [{ day: DAY, documents: 99 }] };

    expect(judge(rules, facts(bad), DAY).findings.map(({ kind }) => kind)).toEqual(['failure-rate']);
    expect(judge(rules, facts({ ...bad, domain: null }), DAY).findings.map(({ kind }) => kind)).toEqual([
      'unreadable-reports',
    ]);
    expect(
      judge(
        rules.map((rule) => ({ ...rule, enabled: false })),
        facts(bad),
        DAY,
      ).findings,
    ).toEqual([]);
  });
});

describe('facts of a day', () => {
  const history = (days: readonly { day: string; messages: number; passed: number }[]): DomainHistory => ({
    domain: 'example.com',
    firstDay: days[0]?.day ?? null,
    known: [],
    reporters: [{ reporter: 'a.example', days }],
    networks: [
      {
        network: '192.0.2.0/24',
        days: days.map((one) => ({ ...one, dkim: one.passed, spf: 0, failing: 1 })),
      },
    ],
    failingAddresses: days.map(({ day, messages }) => ({ day, addresses: messages })),
    policies: days.map(({ day }) => ({
      day,
      reporter: 'a.example',
      p: 'none',
      sp: null,
      np: null,
      pct: 100,
      testing: null,
      span: 1,
    })),
    violations: [],
    names: [],
    tls: [],
    conflicts: [],
    unreadable: [],
  });

  it('never hold anything of a day after it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { minLength: 20, maxLength: 120 }), fc.nat(19), (list, cut) => {
        const days = list.map((messages, index) => ({
          day: addDays('2026-01-01', index),
          messages: messages + 1,
          passed: messages,
        }));
        const day = days[days.length - 1 - cut]?.day ?? '';
        const past = history(days.filter((one) => one.day <= day));
        const whole = history(days);
        expect(factsOf(whole, tenantDays(whole), day)).toEqual(factsOf(past, tenantDays(past), day));
      }),
    );
  });
});

describe('a network', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8::/64'],
    ['::1', '::/64'],
  ])('of %s is %s', (address, expected) => {
    expect(networkOf(address)).toBe(expected);
    expect(holdsNetwork(expected, address)).toBe(true);
  });

  it('holds smaller ones, and none of the other family', () => {
    expect(holdsNetwork('192.0.0.0/16', '192.0.2.0/24')).toBe(true);
    expect(holdsNetwork('192.0.2.0/24', '192.0.0.0/16')).toBe(false);
    expect(holdsNetwork('::/0', '192.0.2.1')).toBe(false);
    expect(holdsNetwork('nonsense', '192.0.2.1')).toBe(false);
  });
});
