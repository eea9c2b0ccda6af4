import { describe, expect, it } from 'vitest';
import { inhibitor } from '../../../src/core/alert/inhibition.js';
import { plan, type Planned } from '../../../src/core/alert/plan.js';
import { quietAt, quietBefore } from '../../../src/core/alert/quiet.js';
import { inForce, quietUntil, type Suppression } from '../../../src/core/alert/suppression.js';
import { alertWith } from '../../support/alerts.js';

const now = new Date('2026-03-15T12:00:00Z');
const open = { quietFrom: null, quietUntil: null, zone: 'UTC' };
const night = { quietFrom: '22:00:00', quietUntil: '07:00:00', zone: 'Europe/Berlin' };

const planned = (given: Partial<Planned>) =>
  plan({
    alert: alertWith({}),
    members: [],
    inhibitedBy: new Map(),
    suppressions: [],
    channel: open,
    shown: false,
    now,
    ...given,
  });

function suppression(given: Partial<Suppression>): Suppression {
  return {
    id: 3,
    rule: null,
    severity: null,
    domain: null,
    sender: null,
    reason: 'maintenance',
    from: '2026-03-15T10:00:00.000Z',
    until: '2026-03-15T14:00:00.000Z',
    rrule: null,
    minutes: null,
    zone: 'UTC',
    created: { at: '2026-03-15T10:00:00.000Z', by: 'Ada' },
    ended: null,
    ...given,
  };
}

describe('a new message', () => {
  it('is sent where nothing speaks against it', () => {
    expect(planned({})).toEqual({ do: 'send' });
  });

  it('is not sent for what was over before it was ever told, and is for what was told', () => {
    const alert = alertWith({ state: 'resolved' });

    expect(planned({ alert })).toMatchObject({ do: 'skip', code: 'over' });
    expect(planned({ alert, shown: true })).toEqual({ do: 'send' });
  });

  it.each([
    [{}, true],
    [{ rule: 'failure-rate' }, true],
    [{ rule: 'new-source' }, false],
    [{ severity: 'warning' }, true],
    [{ severity: 'critical' }, false],
    [{ domain: 'example.com' }, true],
    [{ domain: 'example.net' }, false],
    [{ sender: '192.0.0.0/16' }, true],
    [{ sender: '192.0.2.0/25' }, false],
    [{ sender: '2001:db8::/32' }, false],
    [{ rule: 'failure-rate', domain: 'example.net' }, false],
    [{ from: '2026-03-15T12:30:00.000Z' }, false],
    [{ until: '2026-03-15T12:00:00.000Z' }, false],
    [{ ended: { at: '2026-03-15T11:00:00.000Z', by: 'Bob' } }, false],
  ] as const)('waits for a suppression %j: %s', (given, waits) => {
    const alert = alertWith({ sender: '192.0.2.0/24' });

    const decided = planned({ alert, suppressions: inForce([suppression(given)], now) });

    expect(decided).toMatchObject(
      waits ? { do: 'hold', code: 'suppressed', until: '2026-03-15T14:00:00.000Z' } : { do: 'send' },
    );
  });

  it('is sent when something on the card is not suppressed, and waits when all of it is', () => {
    const members = [
      alertWith({ id: 18, rule: 'new-source', leadId: 17 }),
      alertWith({ id: 19, rule: 'x', leadId: 17, state: 'resolved' }),
    ];
    const one = suppression({ rule: 'failure-rate' });
    const other = suppression({ rule: 'new-source', until: '2026-03-15T13:00:00.000Z' });

    expect(planned({ members, suppressions: inForce([one], now) })).toEqual({ do: 'send' });
    expect(planned({ members, suppressions: inForce([one, other], now) })).toMatchObject({
      until: '2026-03-15T13:00:00.000Z',
    });
  });

  it('waits while another alert explains it', () => {
    const inhibitedBy = new Map([[17, { id: 12, kind: 'spoofing-burst' }]]);

    expect(planned({ inhibitedBy })).toEqual({
      do: 'hold',
      code: 'inhibited',
      detail: 'alert 12 (spoofing-burst) explains it',
      until: null,
    });
  });

  it('waits for the end of a snooze', () => {
    const until = '2026-03-15T16:00:00.000Z';

    expect(planned({ alert: alertWith({ snoozedUntil: until }) })).toMatchObject({ code: 'snoozed', until });
    expect(planned({ alert: alertWith({ snoozedUntil: now.toISOString() }) })).toEqual({ do: 'send' });
  });

  it('waits for the end of quiet hours, a little longer than the card that lists it, unless it is critical', () => {
    const late = { channel: night, now: new Date('2026-03-15T23:30:00Z') };

    expect(planned(late)).toMatchObject({ code: 'quiet-hours', until: '2026-03-16T06:01:30.000Z' });
    expect(planned({ ...late, alert: alertWith({ severity: 'critical' }) })).toEqual({ do: 'send' });
    const worse = [alertWith({ id: 18, severity: 'critical', leadId: 17 })];
    expect(planned({ ...late, members: worse })).toEqual({ do: 'send' });
    expect(planned({ ...late, now: new Date('2026-03-16T06:00:00Z') })).toEqual({ do: 'send' });
  });
});

describe('quiet hours', () => {
  const berlin = { from: '22:00', until: '07:00', zone: 'Europe/Berlin' };

  it.each([
    ['2026-03-15T20:59:59Z', null],
    ['2026-03-15T21:00:00Z', '2026-03-16T06:00:00.000Z'],
    ['2026-03-16T05:59:59Z', '2026-03-16T06:00:00.000Z'],
    ['2026-03-16T06:00:00Z', null],
    // The night in which clocks go forward is an hour shorter, the one in which they go back an hour longer.
    ['2026-03-28T21:00:00Z', '2026-03-29T05:00:00.000Z'],
    ['2026-10-24T20:00:00Z', '2026-10-25T06:00:00.000Z'],
  ])('at %s last until %s', (at, until) => {
    expect(quietAt(berlin, new Date(at))?.until.toISOString() ?? null).toBe(until);
  });

  it('within a day, in an hour that comes twice, end once and are over then', () => {
    const hours = { from: '01:00', until: '02:15', zone: 'Europe/Berlin' };
    const ends = [
      '2026-10-24T23:30:00Z',
      '2026-10-25T00:14:00Z',
      '2026-10-25T00:20:00Z',
      '2026-10-25T01:05:00Z',
    ].map((at) => quietAt(hours, new Date(at))?.until.toISOString() ?? null);

    expect(ends).toEqual(['2026-10-25T00:15:00.000Z', '2026-10-25T00:15:00.000Z', null, null]);
  });

  it('from an hour to the same are none', () => {
    expect(quietAt({ from: '07:00', until: '07:00', zone: 'UTC' }, now)).toBeNull();
    expect(quietAt(null, now)).toBeNull();
  });

  it('that ended last are known, and the day on which they did', () => {
    expect(quietBefore(berlin, new Date('2026-03-16T06:00:00Z'))).toMatchObject({
      from: new Date('2026-03-15T21:00:00Z'),
      day: '2026-03-16',
    });
  });
});

describe('a suppression that recurs', () => {
  const weekends = suppression({
    from: '2026-03-01T00:00:00.000Z',
    until: null,
    rrule: 'FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=0;BYMINUTE=0',
    minutes: 1_440,
    zone: 'Europe/Berlin',
  });

  it.each([
    ['2026-03-13T22:59:00Z', null],
    // Saturday and Sunday are one span.
    ['2026-03-13T23:00:00Z', '2026-03-15T23:00:00.000Z'],
    ['2026-03-15T22:59:00Z', '2026-03-15T23:00:00.000Z'],
    ['2026-03-15T23:00:00Z', null],
  ])('at %s lasts until %s', (at, until) => {
    expect(quietUntil(weekends, new Date(at))?.toISOString() ?? null).toBe(until);
  });

  it.each([
    ['FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;BYMINUTE=0', 60],
    [
      `FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;BYMINUTE=0;BYSETPOS=${Array.from({ length: 24 }, (_, at) => 366 - at).join(',')}`,
      10_080,
    ],
    ['FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0', 10_080],
  ])('costs next to nothing however it is written: %s', (rrule, minutes) => {
    const all = Array.from({ length: 500 }, (_, id) =>
      suppression({
        id,
        from: '2026-01-01T00:00:00.000Z',
        until: null,
        rrule,
        minutes,
        zone: 'America/New_York',
      }),
    );
    const started = performance.now();

    for (let turn = 0; turn < 20; turn += 1) inForce(all, new Date('2026-01-16T12:00:00Z'));

    expect(performance.now() - started).toBeLessThan(4_000);
  });

  it('ends for good when it says so', () => {
    const ending = { ...weekends, until: '2026-03-14T12:00:00.000Z' };

    expect(quietUntil(ending, new Date('2026-03-14T06:00:00Z'))?.toISOString()).toBe(
      '2026-03-14T12:00:00.000Z',
    );
    expect(quietUntil(ending, new Date('2026-03-14T12:00:00Z'))).toBeNull();
  });
});

describe('inhibition', () => {
  const burst = { id: 1, kind: 'spoofing-burst', domain: 'example.com', group: 1 };
  const rate = { id: 2, kind: 'failure-rate', domain: 'example.com', group: 2 };

  it('is by what explains it, of the same domain, on another card', () => {
    expect(inhibitor(rate, [burst])).toBe(burst);
    expect(inhibitor(burst, [rate])).toBeNull();
    expect(inhibitor({ ...rate, domain: 'example.net' }, [burst])).toBeNull();
    expect(inhibitor({ ...rate, group: 1 }, [burst])).toBeNull();
  });

  it('takes further rules as data', () => {
    const list = [{ by: 'failure-rate', mutes: ['spoofing-burst'], within: 'domain' as const }];

    expect(inhibitor(burst, [rate], list)).toBe(rate);
  });
});
