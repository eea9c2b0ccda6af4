import { describe, expect, it } from 'vitest';
import { alertCard } from '../../../src/bot/cards/alert.js';
import { resolvedCard } from '../../../src/bot/cards/alert-changed.js';
import { alertReplyCard } from '../../../src/bot/cards/alert-reply.js';
import { renderCard } from '../../../src/bot/terminal/render.js';
import type { Alert } from '../../../src/core/alert/alert.js';
import { alertWith, finding } from '../../support/alerts.js';
import { subjectOf } from '../support/alert-results.js';
import { invented } from '../support/results.js';

const now = new Date('2026-03-18T12:00:00Z');
const done = { at: '2026-03-18T11:00:00.000Z', by: 'Ada' };
const plain = (given: Partial<Alert>) => ({ ...subjectOf(invented({ size: 0 })), alert: alertWith(given) });
const labels = (given: Partial<Alert>) => alertCard(plain(given), now).buttons.map(({ label }) => label);

describe('the card of an alert', () => {
  it('says first how it stands and what happened', () => {
    const card = alertCard(plain({}), now);

    expect(card.title).toBe('Alert 17: Failure rate, example.com');
    expect(card.verdict).toBe('Open, warning. 12 % of 4,000 messages failed in 3 days.');
    expect(card.advice).toBe('Look at the sources that fail.');
    expect(card.tone).toBe('warning');
  });

  it.each([
    [{}, 'Open, warning.', 'warning'],
    [{ severity: 'critical' }, 'Open, critical.', 'bad'],
    [{ severity: 'info' }, 'Open, info.', 'neutral'],
    [
      { severity: 'critical', state: 'acknowledged', acknowledged: done },
      'Acknowledged by Ada, critical.',
      'warning',
    ],
    [{ severity: 'critical', state: 'resolved', resolved: done }, 'Resolved by Ada.', 'good'],
  ] as const)('that is %j begins with %j', (given, begins, tone) => {
    const card = alertCard(plain(given), now);

    expect(card.verdict.startsWith(begins)).toBe(true);
    expect(card.tone).toBe(tone);
  });

  it('has the buttons that its state allows, and no others', () => {
    const sender = { sender: '192.0.2.0/24' };

    expect(labels({})).toEqual([
      'Acknowledge',
      'Resolve',
      'Snooze 4 h',
      'Assign to me',
      'Suppress 24 h',
      'Details',
    ]);
    expect(labels(sender)).toContain('This is ours');
    expect(labels({ ...sender, state: 'acknowledged', acknowledged: done })[0]).toBe('Unacknowledge');
    expect(labels({ snoozedUntil: '2026-03-19T00:00:00.000Z' })).toContain('End snooze');
    expect(labels({ ...sender, state: 'resolved', resolved: done })).toEqual(['Reopen', 'Details']);
  });

  it('lets a resolution be noted, and its buttons know which version they stand on', () => {
    const { buttons } = alertCard(plain({}), now);

    expect(buttons[0]).toEqual({ label: 'Acknowledge', command: 'acknowledge 17 seen:3' });
    expect(buttons[1]?.asks).toEqual({ name: 'note', label: 'What was done', optional: true });
    expect(buttons[2]?.command).toBe('snooze 17 4 seen:3');
    expect(alertCard(plain({ sender: '192.0.2.0/24' }), now).buttons).toContainEqual({
      label: 'This is ours',
      command: 'ours 17 seen:3',
    });
  });

  it('takes the worse colour of those on it, and lists them', () => {
    const members = [alertWith({ id: 18, severity: 'critical', leadId: 17 })];

    const card = alertCard({ ...plain({}), members }, now);

    expect(card.tone).toBe('bad');
    expect(card.parts.at(-1)).toMatchObject({
      title: 'With it',
      rows: [['18', 'Failure rate', '', 'open, critical']],
    });
  });

  it('shows the days of its measure, as far as there are some', () => {
    const { evidence, ...rest } = finding();
    const days = [1, 2, 4].map((date) => ({ day: `2026-03-0${date}`, value: 0.1 * date }));

    const card = alertCard(plain({ finding: { ...rest, evidence: { ...evidence, days } } }), now);

    const chart = card.parts.find(({ type }) => type === 'chart');
    expect(chart).toMatchObject({
      unit: 'percent',
      days: ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'],
      series: [{ values: [10, 20, null, 40], as: 'line' }],
    });
    expect(alertCard(plain({}), now).parts.some(({ type }) => type === 'chart')).toBe(false);
  });

  it('reads like this where nothing is drawn', () => {
    const { evidence, ...rest } = finding();
    const shown = {
      ...evidence,
      sender: '192.0.2.0/24',
      addresses: ['192.0.2.7'],
      dkim: [{ domain: 'news.example', selector: 's1', result: 'fail' }],
      firstSeen: '2026-03-10',
    };
    const alert = { sender: '192.0.2.0/24', finding: { ...rest, evidence: shown } };

    const text = renderCard(alertCard(plain(alert), now), { columns: 100, colour: false });

    expect(text).toMatch(/Failure rate\s+12\.0 %.*threshold 5\.0 %, usually 1\.0 %/u);
    expect(text).toMatch(/Source\s+192\.0\.2\.0\/24.*192\.0\.2\.7/u);
    expect(text).toMatch(/DKIM\s+news\.example \(s1\) fail/u);
    expect(text).toMatch(/First seen\s+2026-03-10 \(UTC\)/u);
  });
});

describe('what was done to an alert', () => {
  it.each([
    [0, [], 'Alert 17 is resolved.'],
    [2, [], 'Alert 17 is resolved. So are 2 more on its card.'],
    [0, [19], 'Alert 17 is resolved. Alert 19 came to its card since you looked, and stays as it is.'],
    [
      1,
      [19, 20, 21],
      'Alert 17 is resolved. So is one more on its card. Alerts 19, 20 and 1 more came to its card since you looked, and stay as they are.',
    ],
  ])('to %d others and not to %j is said so', (also, left, says) => {
    const alert = alertWith({ state: 'resolved', resolved: done });

    const card = resolvedCard({ alert, also, left }, {}, now);

    expect(card.verdict).toBe(says);
    expect(card.buttons.map(({ command }) => command)).toEqual([
      'reopen 17 seen:3',
      'alert 17',
      ...left.slice(0, 2).map((id) => `alert ${id}`),
    ]);
  });
});

describe('a reply below the card', () => {
  it.each([
    ['acknowledged', 'Ada looks after it.'],
    ['resolved', 'Ada resolved it.'],
    ['reopened', 'Ada opened it again.'],
    ['escalated', 'Nobody has acknowledged it yet.'],
    ['worse', 'It became worse: 12 % of 4,000 messages failed in 3 days.'],
  ] as const)('says in one sentence that it was %s', (kind, says) => {
    const change = { kind, at: done.at, by: 'Ada', note: 'As agreed' };
    const resolved = kind === 'resolved' ? { state: 'resolved' as const, resolved: done } : {};

    const card = alertReplyCard({ ...plain(resolved), change }, now);

    expect(card.verdict).toBe(says);
    expect(card.parts).toEqual([{ type: 'text', text: 'As agreed' }]);
    expect(card.buttons).toEqual([]);
  });
});
