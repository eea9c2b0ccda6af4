import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../src/core/report/limits.js';
import { readAggregateFromMemory } from '../../../src/core/report/aggregate/read.js';
import type { ReportRecord } from '../../../src/core/report/report.js';
import { generate } from '../../../src/core/sample/generate.js';
import { parseScenario } from '../../../src/core/sample/scenario.js';

const BASE = `
name: events
start: 2026-01-05
days: 14
domains: { example.com: { p: reject } }
senders:
  - { name: office, kind: own, domain: example.com, addresses: 192.0.2.1, perDay: 200, noise: 0, weekend: 1, failures: {} }
  - { name: letters, kind: newsletter, domain: example.com, service: mailer.example, addresses: 198.51.100.1, perDay: 100, noise: 0, weekend: 1, failures: {} }
reporters:
  - { name: A, domain: a.example, share: 0.5 }
  - { name: B, domain: b.example, share: 0.5 }
`;

/** Rows of each report by reporter and day of the month. */
function run(events: string) {
  const generation = generate(parseScenario(`${BASE}events: [${events}]`), { seed: 5 });
  const rows = new Map<string, readonly ReportRecord[]>();
  const published = new Map<string, string | null>();
  for (const { name, bytes } of generation.files) {
    const { records, outcome } = readAggregateFromMemory(gunzipSync(bytes), { limits: DEFAULT_LIMITS });
    const key = `${name.split('/').at(-1)?.[0]} ${Number(outcome.report?.begin?.slice(8, 10))}`;
    rows.set(rows.has(key) ? `${key} again` : key, records);
    published.set(key, outcome.report?.policy.p ?? null);
  }
  return { rows, published, truth: generation.truth() };
}

function messages(rows: Iterable<ReportRecord>, which: (row: ReportRecord) => boolean = () => true): number {
  let sum = 0;
  for (const row of rows) if (which(row)) sum += row.count;
  return sum;
}

describe('an event', () => {
  it('spoofing burst: brings forged mail from many addresses, which the truth counts', () => {
    const { rows, truth } = run(
      "{ kind: spoofing-burst, day: 4, days: 2, domain: example.com, perDay: 900, addresses: '2001:db8:bad::/48', sources: 40 }",
    );

    const forged = [...rows]
      .flatMap(([key, list]) => list.map((row) => ({ key, row })))
      .filter(({ row }) => row.sourceIp?.startsWith('2001:db8:bad:'));

    expect(new Set(forged.map(({ key }) => key))).toEqual(new Set(['a 8', 'a 9', 'b 8', 'b 9']));
    expect(new Set(forged.map(({ row }) => row.disposition))).toEqual(new Set(['reject']));
    expect(new Set(forged.map(({ row }) => row.sourceIp)).size).toBe(80);
    expect(truth.events).toEqual([
      {
        kind: 'spoofing-burst',
        firstDay: '2026-01-08',
        lastDay: '2026-01-09',
        domain: 'example.com',
        sender: 'spoofing burst 1',
        reporter: null,
        messages: messages(forged.map(({ row }) => row)),
      },
    ]);
    expect(truth.events[0]?.messages).toBeGreaterThan(1_400);
  });

  it('new sender and sender gone: bound its days', () => {
    const { rows, truth } = run(
      '{ kind: new-sender, day: 3, sender: letters }, { kind: sender-gone, day: 10, sender: letters }',
    );

    const days = [...rows]
      .filter(([, list]) => list.some((row) => row.sourceIp === '198.51.100.1'))
      .map(([key]) => key);

    expect(days.filter((key) => key.startsWith('a'))).toEqual(
      [7, 8, 9, 10, 11, 12, 13].map((day) => `a ${day}`),
    );
    expect(truth.events.map(({ kind, firstDay, domain }) => [kind, firstDay, domain])).toEqual([
      ['new-sender', '2026-01-07', 'example.com'],
      ['sender-gone', '2026-01-14', 'example.com'],
    ]);
    expect(truth.events[0]?.messages).toBe(
      messages([...rows.get('a 7')!, ...rows.get('b 7')!], (row) => row.sourceIp === '198.51.100.1'),
    );
    expect(truth.events[1]?.messages).toBeNull();
  });

  it('DKIM break: fails a part of one sender, and nobody else', () => {
    const { rows } = run('{ kind: dkim-break, day: 6, days: 2, sender: letters, share: 0.5 }');

    const broken = [...rows].filter(([, list]) => list.some((row) => row.dkim === 'fail'));
    const part = messages(rows.get('a 10')!, (row) => row.dkim === 'fail');
    const all = messages(rows.get('a 10')!, (row) => row.sourceIp === '198.51.100.1');

    expect(broken.map(([key]) => key)).toEqual(['a 10', 'b 10', 'a 11', 'b 11']);
    expect(
      broken
        .flatMap(([, list]) => list)
        .filter((row) => row.dkim === 'fail' && row.sourceIp !== '198.51.100.1'),
    ).toEqual([]);
    expect(part / all).toBeGreaterThan(0.45);
    expect(part / all).toBeLessThan(0.55);
  });

  it('SPF break: fails SPF and leaves DKIM', () => {
    const { rows } = run('{ kind: spf-break, day: 6, sender: office }');
    const office = rows.get('a 10')!.filter((row) => row.sourceIp === '192.0.2.1');

    expect(office.map(({ dkim, spf, disposition }) => [dkim, spf, disposition])).toEqual([
      ['pass', 'fail', 'none'],
    ]);
  });

  it('volume spike and drop: multiply one sender or the whole domain', () => {
    const { rows, truth } = run(
      '{ kind: volume-spike, day: 6, domain: example.com, sender: office, factor: 5 }, { kind: volume-drop, day: 9, domain: example.com, factor: 0.1 }',
    );
    const from = (key: string, ip: string): number => messages(rows.get(key)!, (row) => row.sourceIp === ip);

    expect(from('a 10', '192.0.2.1')).toBeGreaterThan(300);
    expect(from('a 10', '198.51.100.1')).toBeLessThan(90);
    expect(messages(rows.get('a 13')!)).toBeLessThan(30);
    expect(truth.events.map((event) => event.messages)).toEqual([
      from('a 10', '192.0.2.1') + from('b 10', '192.0.2.1'),
      messages([...rows.get('a 13')!, ...rows.get('b 13')!]),
    ]);
  });

  it('silent reporter: tells of nothing in these days', () => {
    const { rows } = run('{ kind: reporter-silent, day: 2, days: 3, reporter: b.example }');

    expect([...rows.keys()].filter((key) => key.startsWith('b')).slice(0, 2)).toEqual(['b 5', 'b 9']);
    expect(rows.has('a 7')).toBe(true);
  });

  it('policy change: is published and applied from its day on', () => {
    const { published, truth } = run(
      '{ kind: policy-change, day: 8, domain: example.com, policy: { p: none } }',
    );

    expect([published.get('a 11'), published.get('a 12'), published.get('a 18')]).toEqual([
      'reject',
      'none',
      'none',
    ]);
    expect(truth.events[0]).toMatchObject({ kind: 'policy-change', firstDay: '2026-01-12', messages: null });
  });

  it('resend: brings the very same report again, which counts once', () => {
    const plain = run('');
    const { rows, truth } = run(
      '{ kind: resend, day: 3, after: 2, domain: example.com, reporter: a.example }',
    );

    expect(rows.get('a 7 again')).toEqual(rows.get('a 7'));
    expect(truth.domains).toEqual(plain.truth.domains);
    expect(truth.resent).toEqual({ exact: 1, changed: 0 });
  });

  it('changed resend: counts every row once, with its larger number', () => {
    const plain = run('');
    const { rows, truth } = run('{ kind: resend-changed, day: 3, domain: example.com, reporter: a.example }');
    const day = (one: typeof plain): number =>
      one.truth.domains['example.com']?.['2026-01-07']?.messages ?? 0;

    const [first, second] = [rows.get('a 7')!, rows.get('a 7 again')!];

    expect(second).not.toEqual(first);
    expect(second[0]?.count).toBe(first[0]!.count + 3);
    expect(day({ ...plain, truth })).toBe(day(plain) + 3 + 1);
  });

  it('resend: is not listed where the report was never made', () => {
    const { truth } = run(
      '{ kind: reporter-silent, day: 3, reporter: a.example }, { kind: resend, day: 3, domain: example.com, reporter: a.example }',
    );

    expect(truth.events.map(({ kind }) => kind)).toEqual(['reporter-silent']);
    expect(truth.resent.exact).toBe(0);
  });
});
