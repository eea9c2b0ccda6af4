import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert, AlertState } from '../../../src/core/alert/alert.js';
import { dueStep, nextStepAt } from '../../../src/core/alert/escalation.js';
import type { Finding } from '../../../src/core/alert/finding.js';
import { canonicalJson, fingerprint } from '../../../src/core/alert/fingerprint.js';
import { transition, type Intent } from '../../../src/core/alert/transition.js';
import { alertWith } from '../../support/alerts.js';

const ada = { id: 'user:1', name: 'Ada' };
const bob = { id: 'user:2', name: 'Bob' };
const now = new Date('2026-03-15T12:00:00Z');

/** What may follow what; everything else is refused. */
const TABLE: Readonly<Record<AlertState, Readonly<Partial<Record<Intent['do'], AlertState>>>>> = {
  open: {
    acknowledge: 'acknowledged',
    resolve: 'resolved',
    snooze: 'open',
    wake: 'open',
    assign: 'open',
    note: 'open',
    escalate: 'open',
  },
  acknowledged: {
    unacknowledge: 'open',
    resolve: 'resolved',
    snooze: 'acknowledged',
    wake: 'acknowledged',
    assign: 'acknowledged',
    note: 'acknowledged',
    remind: 'acknowledged',
  },
  resolved: { reopen: 'open', note: 'resolved' },
};

const intents = fc.oneof(
  fc.constantFrom<Intent[]>(
    { do: 'acknowledge' },
    { do: 'unacknowledge' },
    { do: 'resolve', note: 'Done' },
    { do: 'reopen' },
    { do: 'wake' },
    { do: 'note', note: 'Seen' },
    { do: 'escalate', channels: [1] },
    { do: 'remind' },
    { do: 'assign', to: { id: 1, name: 'Ada' } },
    { do: 'assign', to: null },
  ),
  fc.integer({ min: -10, max: 10 }).map((hours): Intent => ({
    do: 'snooze',
    until: new Date(now.getTime() + hours * 3_600_000).toISOString(),
  })),
);

describe('a transition', () => {
  it('never leaves the table of states, whoever does what in whichever order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(intents, fc.constantFrom(ada, bob)), { maxLength: 40 }), (steps) => {
        let alert: Alert = alertWith({});
        for (const [index, [intent, actor]] of steps.entries()) {
          const change = transition(alert, intent, actor, new Date(now.getTime() + index * 60_000));
          const allowed = TABLE[alert.state][intent.do];
          if ('refused' in change) continue;
          expect(change.after.state).toBe(allowed);
          expect(change.after.version).toBe(alert.version + 1);
          expect([alert.notableVersion, change.after.version]).toContain(change.after.notableVersion);
          expect(change.after.resolved !== null).toBe(change.after.state === 'resolved');
          expect(change.after.state === 'acknowledged' && change.after.acknowledged === null).toBe(false);
          expect(change.after.state === 'resolved' && change.after.snoozedUntil !== null).toBe(false);
          alert = change.after;
        }
      }),
    );
  });

  it('opens a resolved alert again by reopen alone', () => {
    const resolved = alertWith({ state: 'resolved', resolved: { at: now.toISOString(), by: 'Bob' } });

    fc.assert(
      fc.property(intents, (intent) => {
        const change = transition(resolved, intent, ada, now);

        expect('refused' in change).toBe(intent.do !== 'reopen' && intent.do !== 'note');
      }),
    );
  });

  it('tells who comes late by whom and when it was done', () => {
    const taken = alertWith({
      state: 'acknowledged',
      acknowledged: { at: '2026-03-15T11:58:00.000Z', by: 'Bob' },
    });
    const over = alertWith({ state: 'resolved', resolved: { at: '2026-03-15T11:59:00.000Z', by: 'Bob' } });

    expect(transition(taken, { do: 'acknowledge' }, ada, now)).toEqual({
      refused: 'already-acknowledged',
      says: 'Alert 17 was already acknowledged by Bob at 2026-03-15 11:58 UTC.',
    });
    for (const intent of ['acknowledge', 'unacknowledge', 'resolve'] as const)
      expect(transition(over, { do: intent }, ada, now)).toEqual({
        refused: 'already-resolved',
        says: 'Alert 17 was already resolved by Bob at 2026-03-15 11:59 UTC. To open it again: reopen 17',
      });
    expect(transition(alertWith({}), { do: 'unacknowledge' }, ada, now)).toMatchObject({
      refused: 'not-acknowledged',
    });
    expect(transition(taken, { do: 'reopen' }, ada, now)).toMatchObject({ refused: 'not-resolved' });
  });

  it('is no snooze into the past', () => {
    expect(transition(alertWith({}), { do: 'snooze', until: now.toISOString() }, ada, now)).toMatchObject({
      refused: 'time-passed',
    });
  });
});

describe('the clock', () => {
  const settings = { escalateMinutes: 30, remindMinutes: 120 };
  const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toISOString();

  it.each([
    ['an open alert is escalated', {}, at(30), 'escalate'],
    ['once', { escalation: 1 }, null, null],
    ['an acknowledged one is reminded of', { state: 'acknowledged' }, at(120), 'remind'],
    ['a resolved one is left alone', { state: 'resolved' }, null, null],
    ['a snoozed one wakes first', { snoozedUntil: at(5) }, at(5), 'wake'],
    ['what is told on the card of another is escalated by its own rule', { leadId: 3 }, at(30), 'escalate'],
  ] as const)('%s', (_name, given, next, step) => {
    const alert = alertWith(given);

    expect(nextStepAt(alert, settings, now)).toBe(next);
    expect(dueStep(alert, settings, new Date(next ?? now))).toBe(step);
  });

  it('does nothing where the rule asks for nothing', () => {
    const none = { escalateMinutes: null, remindMinutes: null };

    for (const state of ['open', 'acknowledged', 'resolved'] as const)
      expect(nextStepAt(alertWith({ state }), none, now)).toBeNull();
  });
});

describe('a fingerprint', () => {
  it('is the same in whichever order the key facts stand, and of no figure', () => {
    const one = fingerprint({ rule: 'r', domain: 'd', key: { a: '1', b: '2' } });
    const other = fingerprint({ rule: 'r', domain: 'd', key: { b: '2', a: '1' } });

    expect(one).toEqual(other);
    expect(one).toHaveLength(32);
  });

  it.each<Pick<Finding, 'rule' | 'domain' | 'key'>>([
    { rule: 's', domain: 'd', key: { a: '1' } },
    { rule: 'r', domain: null, key: { a: '1' } },
    { rule: 'r', domain: 'd', key: {} },
    { rule: 'r', domain: 'd', key: { a: '2' } },
    { rule: 'r', domain: 'd', key: { b: '1' } },
  ])('is another of %j', (other) => {
    expect(fingerprint(other)).not.toEqual(fingerprint({ rule: 'r', domain: 'd', key: { a: '1' } }));
  });

  it('is over JSON that reads back as the same data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(plain);
      }),
    );
  });
});
