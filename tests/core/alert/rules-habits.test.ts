import { describe, expect, it } from 'vitest';
import { addDays } from '../../../src/core/alert/calendar.js';
import type { NetworkFact, PolicyFact, ReporterFact } from '../../../src/core/alert/facts.js';
import { but, DAY, found, network, NEVER, steady, told } from './support/facts.js';

const back = (days: number) => addDays(DAY, -days);
const isWeekend = (day: string) => [0, 6].includes(new Date(day).getUTCDay());

function reporter(name: string, messages: number, given: Partial<ReporterFact> = {}): ReporterFact {
  const days = steady(messages).map((one) => ({ day: one.day, messages: one.messages }));
  return { reporter: name, span: 1, days, lastAnywhere: DAY, ...given };
}

/** Only working days, up to and with one. */
function workdays(messages: number, until = DAY): ReporterFact['days'] {
  return reporter('', messages).days.filter(({ day }) => day <= until && !isWeekend(day));
}

describe('a reporter that rests on weekends, as the business mail it tells of', () => {
  it('is missed on a working day: its silence is no drop', () => {
    const reporters = [
      reporter('large', 0, { days: workdays(600, back(9)), lastAnywhere: back(9) }),
      reporter('small', 0, { days: workdays(100) }),
    ];

    expect(found('volume-drop', { reporters })).toEqual([]);
  });

  it('is told of as silent after a weekend and four days', () => {
    const silent = (last: number) => {
      const reporters = [
        reporter('large', 0, { days: workdays(600, back(last)), lastAnywhere: null }),
        reporter('small', 100),
      ];
      return found('reporter-silence', { domain: null, reporters, days: steady(100), tenantDays: [DAY] });
    };

    // DAY is a Thursday, and six days before it is a Friday.
    expect(silent(6)).toMatchObject([{ key: { reporter: 'large' } }]);
    expect(silent(3)).toEqual([]);
  });
});

describe('volume', () => {
  it('does not grow because somebody begins to report', () => {
    const newcomer = reporter('newcomer', 1000, {
      days: reporter('', 1000).days.filter(({ day }) => day >= back(10)),
    });

    expect(found('volume-spike', { reporters: [reporter('old', 500), newcomer] })).toEqual([]);
  });

  it('grows where nobody had told of a domain, whoever tells of it now', () => {
    const rarely = reporter('rarely', 5, {
      days: [60, 30].map((days) => ({ day: back(days), messages: 5 })),
    });
    const now = reporter('now', 900, { days: [{ day: DAY, messages: 900 }] });

    expect(found('volume-spike', { reporters: [rarely, now] })).toHaveLength(1);
  });

  it('does not grow because a reporter comes back after weeks', () => {
    const away = reporter('away', 1000, {
      days: reporter('', 1000).days.filter(({ day }) => day < back(50) || day >= back(10)),
    });

    expect(found('volume-spike', { reporters: [reporter('old', 500), away] })).toEqual([]);
  });

  it('drops where reporters tell of other domains and of nothing here', () => {
    const quiet = (lastAnywhere: string) => [
      reporter('a', 0, {
        days: reporter('', 500).days.filter(({ day }) => day < back(3)),
        lastAnywhere,
      }),
    ];

    expect(found('volume-drop', { reporters: quiet(DAY) })).toMatchObject([{ measure: { value: 0 } }]);
    expect(found('volume-drop', { reporters: quiet(back(4)) })).toEqual([]);
  });

  it('drops far enough when it is half of the least, where days differ too much for deviations', () => {
    const wild = steady(1000).map((one, index) => ({
      ...one,
      messages: [400, 1000, 1600][Math.floor(index / 7) % 3] ?? 0,
    }));
    const low = (messages: number) => told(but(wild, { [back(2)]: { messages }, [back(3)]: { messages } }));

    expect(found('volume-drop', low(190))).toHaveLength(1);
    expect(found('volume-drop', low(210))).toEqual([]);
  });
});

describe('failure-rate', () => {
  it('does not take a weekend of forgers for the whole, while the working day before is late', () => {
    const thursday = { messages: 10, passed: 10 };
    const days = but(steady(1000, { failing: 20 }), {
      [DAY]: thursday,
      [back(1)]: { messages: 60, passed: 30 },
      [back(2)]: { messages: 60, passed: 30 },
    });
    const large = reporter('large', 900, {
      days: reporter('', 900).days.filter(({ day }) => day < DAY),
    });

    expect(found('failure-rate', { days, reporters: [large, reporter('small', 10)] })).toEqual([]);
    expect(found('failure-rate', { days, reporters: [reporter('large', 900)] })).toHaveLength(1);
  });

  it('does not wait for anybody where it is too much in any case', () => {
    const days = but(steady(1000), { [DAY]: { messages: 600, passed: 0 } });
    const large = reporter('large', 400, { days: reporter('', 400).days.filter(({ day }) => day < DAY) });

    expect(found('failure-rate', { days, reporters: [large, reporter('other', 600)] })).toHaveLength(1);
  });
});

describe('failure-rate of days that are told of late', () => {
  it('is found when they are in, though it is over by then', () => {
    const days = but(steady(1000), {
      [back(2)]: { messages: 1000, passed: 300 },
      [back(3)]: { messages: 1000, passed: 900 },
      [back(1)]: { messages: 3000, passed: 3000 },
    });

    expect(found('failure-rate', { days })).toMatchObject([{ day: back(2), measure: { value: 0.8 / 3 } }]);
    expect(found('failure-rate', { days }, {}, addDays(DAY, 1))).toEqual([]);
  });
});

describe('new-source', () => {
  const failing = { messages: 60, passed: 0, dkim: 0, spf: 0, failing: 1 };
  const strangers = (count: number): NetworkFact[] =>
    Array.from({ length: count }, (_, index) =>
      network({ ...NEVER, network: `203.0.${index}.0/24`, today: failing }),
    );

  it('tells of a few new networks, and not of forgers that move on every day', () => {
    expect(found('new-source', { networks: strangers(10) })).toHaveLength(10);
    expect(found('new-source', { networks: strangers(11) })).toEqual([]);
    expect(found('new-source', { networks: strangers(11) }, { when: 'always' })).toHaveLength(10);
  });

  it('takes those for a crowd too that are half as large', () => {
    const half = { ...failing, messages: 25 };
    const crowd = strangers(11).map((one, index) =>
      index === 0 ? one : { ...one, days: [{ day: DAY, ...half }] },
    );

    expect(found('new-source', { networks: crowd })).toEqual([]);
    expect(found('new-source', { networks: crowd.slice(0, 10) })).toHaveLength(1);
  });

  it('tells among these of the one that stays', () => {
    const stays = {
      ...network({ ...NEVER, network: '198.51.100.0/24' }),
      days: [2, 1, 0].map((days) => ({ day: back(days), ...failing })),
    };

    expect(found('new-source', { networks: [...strangers(11), stays] })).toMatchObject([
      { key: { sender: '198.51.100.0/24' } },
    ]);
  });
});

describe('spoofing-burst', () => {
  const days = but(steady(1000), { [DAY]: { messages: 1400, passed: 1000 } });
  const failingAddresses = [{ day: DAY, addresses: 40 }];
  const neighbour = (daily: number) =>
    network({
      before: { messages: 28 * daily, passed: 28 * daily, dkim: 0, spf: 0, days: 28 },
      today: { messages: 400, passed: 0, dkim: 0, spf: 0, failing: 40 },
    });

  it('sees forgers in the network of a small sender', () => {
    expect(found('spoofing-burst', { days, failingAddresses, networks: [neighbour(20)] })).toHaveLength(1);
    expect(found('spoofing-burst', { days, failingAddresses, networks: [neighbour(100)] })).toEqual([]);
  });

  it('does not where people said that the network is theirs', () => {
    const given = { days, failingAddresses, networks: [neighbour(20)], known: ['192.0.2.0/24'] };

    expect(found('spoofing-burst', given)).toEqual([]);
  });
});

describe('policy-weakened', () => {
  const seen = (name: string, day: string, given: Partial<PolicyFact>): PolicyFact => ({
    reporter: name,
    firstDay: day,
    day,
    p: 'reject',
    sp: null,
    np: null,
    pct: 100,
    testing: null,
    ...given,
  });
  const change = (from: Partial<PolicyFact>, to: Partial<PolicyFact>) => [
    ...['a', 'b'].map((name) => seen(name, back(3), from)),
    ...['a', 'b'].map((name) => seen(name, DAY, to)),
  ];

  it('tells of a weaker word for names that do not exist', () => {
    expect(found('policy-weakened', { policies: change({ np: 'reject' }, { np: 'none' }) })).toMatchObject([
      { key: { policy: 'reject reject none 100 n' } },
    ]);
    expect(found('policy-weakened', { policies: change({ np: 'none' }, { np: 'reject' }) })).toEqual([]);
  });

  it('tells of sp alone where a record has no np', () => {
    expect(found('policy-weakened', { policies: change({ sp: 'reject' }, { sp: 'none' }) })).toMatchObject([
      { key: { policy: 'reject none 100 n' }, evidence: { facts: [{ name: 'sp' }, { name: 'Seen by' }] } },
    ]);
  });
});
