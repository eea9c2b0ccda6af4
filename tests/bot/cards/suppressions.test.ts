import { describe, expect, it } from 'vitest';
import { suppressedCard } from '../../../src/bot/cards/suppressions.js';
import type { SuppressionItem } from '../../../src/core/operations/alert/suppress.js';

const now = new Date('2026-03-18T12:00:00Z');
const once: SuppressionItem = {
  id: 3,
  rule: 'new-source',
  severity: null,
  domain: 'example.com',
  sender: null,
  reason: 'The newsletter moves',
  from: '2026-03-18T12:00:00.000Z',
  until: '2026-03-19T12:00:00.000Z',
  rrule: null,
  minutes: null,
  zone: 'UTC',
  created: { at: '2026-03-18T12:00:00.000Z', by: 'Ada' },
  ended: null,
  state: 'active',
  activeUntil: '2026-03-19T12:00:00.000Z',
};
const nights: SuppressionItem = {
  ...once,
  rrule: 'FREQ=DAILY;BYHOUR=22;BYMINUTE=0',
  minutes: 480,
  zone: 'Europe/Berlin',
  until: null,
  state: 'waiting',
  activeUntil: null,
};
const about = 'Nothing is sent about alerts of new-source, example.com,';

describe('the answer to who suppresses something', () => {
  it.each([
    [
      'once',
      once,
      `${about} from 2026-03-18 12:00 UTC until 2026-03-19 12:00 UTC. It ends by itself; cards that are posted stay true.`,
    ],
    [
      'again and again',
      nights,
      `${about} for 480 minutes each time of FREQ=DAILY;BYHOUR=22;BYMINUTE=0 (Europe/Berlin). It comes again until somebody ends it; cards that are posted stay true.`,
    ],
    [
      'again and again until a day',
      { ...nights, until: '2026-04-01T00:00:00.000Z' },
      `${about} for 480 minutes each time of FREQ=DAILY;BYHOUR=22;BYMINUTE=0 (Europe/Berlin) until 2026-04-01 00:00 UTC. It ends by itself; cards that are posted stay true.`,
    ],
    [
      'three times',
      { ...nights, rrule: 'FREQ=DAILY;COUNT=3' },
      `${about} for 480 minutes each time of FREQ=DAILY;COUNT=3 (Europe/Berlin). It comes again as often as its rule says; cards that are posted stay true.`,
    ],
  ])('%s says when nothing is sent, and how that ends', (_name, suppression, says) => {
    expect(suppressedCard(suppression, {}, now).verdict).toBe(says);
  });

  it('shows the reason, and who gave it', () => {
    expect(suppressedCard(once, {}, now).parts).toEqual([
      { type: 'facts', facts: [{ name: 'Why', value: 'The newsletter moves', note: 'Ada' }] },
    ]);
  });
});
