import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, isAligned, publishedPolicy } from '../../../src/core/sample/policy.js';
import type { Policy } from '../../../src/core/sample/scenario-schema.js';

const REJECT: Policy = {
  p: 'reject',
  sp: 'quarantine',
  np: 'none',
  adkim: 'r',
  aspf: 'r',
  pct: 25,
  testing: 'n',
};
const FAILED = { passes: false, isSubdomain: false, nonexistent: false, forgiven: 0 };
const dispositions = (decisions: ReturnType<typeof decide>) =>
  decisions
    .filter(({ weight }) => weight > 0)
    .map(({ weight, disposition, reasons }) => [weight, disposition, reasons[0]?.type]);

describe('alignment', () => {
  it('is by organizational domain when relaxed, by the whole name when strict', () => {
    expect(isAligned('r', 'bounce.example.com', 'news.example.com')).toBe(true);
    expect(isAligned('s', 'bounce.example.com', 'example.com')).toBe(false);
    expect(isAligned('s', 'example.com', 'example.com')).toBe(true);
    expect(isAligned('r', 'example.co.uk', 'other.co.uk')).toBe(false);
  });
});

describe('what a receiver decides', () => {
  it('is nothing for what passes, and says pass by RFC 9990 under an enforced policy', () => {
    expect(dispositions(decide(REJECT, 'rfc7489', { ...FAILED, passes: true }))).toEqual([
      [1, 'none', undefined],
    ]);
    expect(dispositions(decide(REJECT, 'rfc9990', { ...FAILED, passes: true }))).toEqual([
      [1, 'pass', undefined],
    ]);
    expect(dispositions(decide({ ...REJECT, p: 'none' }, 'rfc9990', { ...FAILED, passes: true }))).toEqual([
      [1, 'none', undefined],
    ]);
  });

  it('samples by pct, and gives the rest the next milder policy (RFC 7489 §6.6.4)', () => {
    expect(dispositions(decide(REJECT, 'rfc7489', FAILED))).toEqual([
      [0.25, 'reject', undefined],
      [0.75, 'quarantine', 'sampled_out'],
    ]);
    expect(dispositions(decide(REJECT, 'rfc9990', FAILED))).toEqual([[1, 'reject', undefined]]);
  });

  it('is milder in testing mode, by RFC 9990 alone', () => {
    const testing: Policy = { ...REJECT, pct: 100, testing: 'y' };

    expect(dispositions(decide(testing, 'rfc9990', FAILED))).toEqual([[1, 'quarantine', 'policy_test_mode']]);
    expect(dispositions(decide(testing, 'rfc7489', FAILED))).toEqual([[1, 'reject', undefined]]);
  });

  it('goes by sp for subdomains and by np for those that do not exist', () => {
    const full: Policy = { ...REJECT, pct: 100 };

    expect(dispositions(decide(full, 'rfc7489', { ...FAILED, isSubdomain: true }))).toEqual([
      [1, 'quarantine', undefined],
    ]);
    expect(
      dispositions(decide(full, 'rfc9990', { ...FAILED, isSubdomain: true, nonexistent: true })),
    ).toEqual([[1, 'none', undefined]]);
    expect(
      dispositions(decide(full, 'rfc7489', { ...FAILED, isSubdomain: true, nonexistent: true })),
    ).toEqual([[1, 'quarantine', undefined]]);
  });

  it('lets a part of forwarded mail through, with the reason of its standard', () => {
    const full: Policy = { ...REJECT, pct: 100 };

    expect(dispositions(decide(full, 'mixed', { ...FAILED, forgiven: 0.5 }))).toEqual([
      [0.5, 'none', 'forwarded'],
      [0.5, 'reject', undefined],
    ]);
    expect(dispositions(decide(full, 'rfc9990', { ...FAILED, forgiven: 1 }))).toEqual([
      [1, 'none', 'trusted_forwarder'],
    ]);
  });

  it('is about all messages, whatever the policy', () => {
    const word = fc.constantFrom('none' as const, 'quarantine' as const, 'reject' as const);
    fc.assert(
      fc.property(
        fc.record({
          p: word,
          sp: word,
          np: word,
          pct: fc.nat({ max: 100 }),
          testing: fc.constantFrom('y' as const, 'n' as const),
        }),
        fc.constantFrom('rfc7489' as const, 'mixed' as const, 'rfc9990' as const),
        fc.record({
          passes: fc.boolean(),
          isSubdomain: fc.boolean(),
          nonexistent: fc.boolean(),
          forgiven: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        (policy, standard, message) => {
          const decisions = decide({ ...policy, adkim: 'r', aspf: 'r' }, standard, message);

          expect(decisions.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
        },
      ),
    );
  });
});

describe('the published policy', () => {
  it('has the fields of its standard', () => {
    expect(publishedPolicy(REJECT, 'example.com', 'rfc7489')).toMatchObject({
      pct: 25,
      np: null,
      testing: null,
      discoveryMethod: null,
    });
    expect(publishedPolicy(REJECT, 'example.com', 'rfc9990')).toMatchObject({
      pct: null,
      np: 'none',
      testing: 'n',
      discoveryMethod: 'treewalk',
    });
    expect(publishedPolicy(REJECT, 'example.com', 'mixed')).toMatchObject({
      pct: 25,
      np: 'none',
      testing: null,
    });
  });
});
