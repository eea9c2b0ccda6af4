import type { Card, Chart } from '../../../src/bot/card.js';
import type { OneWayDestination, OneWayPost } from '../../../src/bot/one-way.js';
import type { Picture } from '../../../src/bot/platform.js';
import type { Alert } from '../../../src/core/alert/alert.js';
import { drawn } from './drawn.js';

/** Posts to channels that cannot edit, as the reconciler gives them. */

export const CHART: Chart = {
  type: 'chart',
  shape: 'bars',
  title: 'Failures by day',
  alt: 'Failures rose from 12 to 941 on 2026-01-30.',
  bars: [
    { name: '2026-01-29', tone: 'neutral', value: 12 },
    { name: '2026-01-30', tone: 'bad', value: 941 },
  ],
  unit: 'messages',
};

export const PICTURE: Picture = { png: drawn, width: 720, height: 400, key: 'k1' };

export function alertCard(given: Partial<Card> = {}): Card {
  return {
    title: 'Spoofing of example.com',
    tone: 'bad',
    verdict: '941 messages of 203.0.113.0/24 failed on 2026-01-30; 12 are usual.',
    parts: [
      { type: 'facts', facts: [{ name: 'Source', value: '203.0.113.0/24', note: 'first seen 2026-01-29' }] },
      CHART,
    ],
    advice: 'Tighten the policy to reject.',
    buttons: [
      { label: 'Acknowledge', command: 'acknowledge 17' },
      { label: 'Resolve', command: 'resolve 17', asks: { name: 'note', label: 'Note', optional: false } },
    ],
    form: null,
    footer: 'UTC days',
    ...given,
  };
}

export function alertOf(given: Partial<Alert> = {}): Alert {
  return {
    id: 17,
    rule: 'spoofing-burst',
    kind: 'spoofing-burst',
    domain: 'example.com',
    cause: 'sending',
    severity: 'critical',
    state: 'open',
    version: 1,
    notableVersion: 1,
    leadId: null,
    sender: '203.0.113.0/24',
    finding: {
      rule: 'spoofing-burst',
      kind: 'spoofing-burst',
      cause: 'sending',
      severity: 'critical',
      domain: 'example.com',
      key: { network: '203.0.113.0/24' },
      day: '2026-01-30',
      says: '941 messages failed.',
      fix: 'Tighten the policy to reject.',
      measure: { name: 'failing', value: 941, threshold: 100, unit: 'messages', baseline: 12 },
      evidence: {
        sender: '203.0.113.0/24',
        addresses: ['203.0.113.7'],
        dkim: [{ domain: 'evil.example', selector: 's1', result: 'fail' }],
        spf: [{ domain: 'evil.example', selector: null, result: 'softfail' }],
        firstSeen: '2026-01-29',
        messages: 953,
        failing: 941,
        days: [{ day: '2026-01-30', value: 941 }],
        facts: [{ name: 'Policy', value: 'quarantine' }],
      },
    },
    timesFound: 2,
    openedAt: '2026-01-31T06:00:00.000Z',
    lastFoundAt: '2026-01-31T07:00:00.000Z',
    clearSince: null,
    snoozedUntil: null,
    assignee: null,
    acknowledged: null,
    resolved: null,
    escalation: 0,
    ...given,
  };
}

export function postOf(given: Partial<OneWayPost> = {}): OneWayPost {
  return {
    subject: 'alert',
    subjectId: 17,
    version: 1,
    key: 'd5-v1',
    card: alertCard(),
    alert: alertOf(),
    change: { kind: 'opened', at: '2026-01-31T06:00:00.000Z', by: 'dmarc-ops', note: null },
    before: null,
    ...given,
  };
}

/** What is told when somebody acknowledged it. */
export function acknowledged(before: OneWayPost['before']): OneWayPost {
  const done = { at: '2026-01-31T08:15:00.000Z', by: 'Ada' };
  return postOf({
    version: 3,
    key: 'd5-v3',
    alert: alertOf({ state: 'acknowledged', version: 3, acknowledged: done }),
    change: { kind: 'acknowledged', ...done, note: 'we are on it' },
    before,
  });
}

export function hookOf(url: string, secret = 'a secret of 32 characters or more'): OneWayDestination {
  return { destination: {}, secret: { url, secret } };
}
