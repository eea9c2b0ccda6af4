import { describe, expect, it } from 'vitest';
import { NO_FIGURES, type Figures } from '../../../src/core/analysis/figures.js';
import { actionsOf } from '../../../src/core/digest/actions.js';
import { changedNotably } from '../../../src/core/digest/compare.js';
import {
  digestContent,
  SECTIONS,
  type AlertLine,
  type DigestContent,
  type DigestFacts,
  type DomainDetails,
} from '../../../src/core/digest/content.js';

const figures = (messages: number, dmarcPass = messages): Figures => ({ ...NO_FIGURES, messages, dmarcPass });

const DETAILS: DomainDetails = {
  domain: 'example.com',
  figures: figures(1_000),
  policy: null,
  topSources: [],
  newFailing: [],
  nextStep: null,
};

const ALERT: AlertLine = {
  id: 1,
  rule: 'failure-rate',
  domain: 'example.com',
  cause: 'sending',
  severity: 'warning',
  state: 'open',
  says: 'x',
  fix: 'y',
};

const POLICY = {
  p: 'none',
  sp: null,
  np: null,
  pct: 100,
  adkim: null,
  aspf: null,
  testing: null,
  day: '2026-03-15',
};

function made(facts: Partial<DigestFacts> = {}): DigestContent {
  return digestContent({
    asOf: '2026-03-16T09:00:00.000Z',
    period: 'weekly',
    range: { from: '2026-03-09', to: '2026-03-15', days: 7 },
    sections: SECTIONS,
    domains: [{ id: 1, name: 'example.com' }],
    figures: figures(1_000),
    before: figures(1_000),
    compared: null,
    series: [],
    completeness: { expected: 10, received: 10, share: 1, missing: [], missingCount: 0 },
    reporters: 2,
    worst: [],
    details: [DETAILS],
    alerts: { count: 0, items: [] },
    alertsSince: { opened: 0, resolved: 0 },
    last: null,
    ...facts,
  });
}

describe('what is to be done', () => {
  const step = (domain: string, code: 'look-at-new-source' | 'look-at-failing-source', failed: number) => ({
    ...DETAILS,
    domain,
    nextStep: { code, source: '192.0.2.1', failed },
  });

  it('comes in the order in which it helps, three things at most', () => {
    const details = [
      step('a.example', 'look-at-failing-source', 90),
      step('b.example', 'look-at-new-source', 10),
      step('c.example', 'look-at-new-source', 20),
    ];
    const alerts: AlertLine[] = [
      { ...ALERT, id: 1, severity: 'info' },
      { ...ALERT, id: 2, severity: 'critical', state: 'acknowledged' },
      { ...ALERT, id: 3, severity: 'critical' },
    ];

    const named = (actions: ReturnType<typeof actionsOf>) =>
      actions.map((action) => (action.kind === 'alert' ? action.alert.id : action.domain));
    expect(named(actionsOf(details, alerts))).toEqual([3, 2, 'c.example']);
    expect(named(actionsOf(details, []))).toEqual(['c.example', 'b.example', 'a.example']);
  });

  it('is not said twice by an alert and a step about who sends', () => {
    const details = [step('example.com', 'look-at-new-source', 10)];

    expect(actionsOf(details, [ALERT]).map(({ kind }) => kind)).toEqual(['alert']);
    expect(actionsOf(details, [{ ...ALERT, cause: 'policy' }])).toHaveLength(2);
  });

  it('is nothing where all goes well', () => {
    expect(actionsOf([{ ...DETAILS, nextStep: { code: 'keep-watching' } }], [])).toEqual([]);
  });
});

describe('new senders', () => {
  it('are those that fail, largest first, and then the others that are new', () => {
    const sender = (source: string, messages: number, isNew = true) => ({
      source,
      figures: figures(messages),
      isNew,
    });
    const { senders, newFailing } = made({
      details: [
        {
          ...DETAILS,
          topSources: [sender('192.0.2.1', 900, false), sender('192.0.2.2', 80), sender('192.0.2.3', 50)],
          newFailing: [sender('192.0.2.3', 50), sender('192.0.2.4', 60)],
        },
      ],
    });

    expect(senders.map(({ source, failing }) => [source, failing])).toEqual([
      ['192.0.2.4', true],
      ['192.0.2.3', true],
      ['192.0.2.2', false],
    ]);
    expect(newFailing).toBe(2);
  });
});

describe('what changed', () => {
  it('names policies and domains that the digest before told otherwise', () => {
    const last = made({
      domains: [
        { id: 1, name: 'example.com' },
        { id: 2, name: 'gone.example' },
      ],
      details: [{ ...DETAILS, policy: POLICY }],
    });

    const { changes } = made({
      last,
      domains: [
        { id: 1, name: 'example.com' },
        { id: 3, name: 'new.example' },
        { id: 4, name: 'newer.example' },
      ],
      details: [
        { ...DETAILS, policy: { ...POLICY, p: 'reject' } },
        { ...DETAILS, domain: 'new.example', policy: POLICY },
      ],
    });

    expect(changes.policies).toEqual([{ domain: 'example.com', from: 'none', to: 'reject' }]);
    expect(changes.domains).toEqual({ added: 2, gone: 1 });
  });
});

describe('a newer digest', () => {
  const notable = (facts: Partial<DigestFacts>, before: Partial<DigestFacts> = {}) =>
    changedNotably(made(before), made({ ...before, ...facts }));
  const worst = (domain: string, messages: number) => [{ domain, figures: figures(messages, 0) }];

  it('is no other when no figure changed by more than 1 %', () => {
    expect(notable({})).toBe(false);
    expect(notable({ figures: figures(1_010) })).toBe(false);
    expect(notable({ figures: figures(990) })).toBe(false);
    expect(
      notable({ asOf: '2026-03-17T09:00:00.000Z', series: [{ day: '2026-03-15', figures: figures(1) }] }),
    ).toBe(false);
  });

  it.each<[string, Partial<DigestFacts>, Partial<DigestFacts>?]>([
    ['messages', { figures: figures(1_011) }],
    ['less of them', { figures: figures(989) }],
    ['the share that passes', { figures: figures(1_000, 989) }],
    ['what was refused', { figures: { ...figures(1_000), rejected: 1 } }],
    ['a listed domain', { worst: worst('a.example', 102) }, { worst: worst('a.example', 100) }],
    ['which domains are listed', { worst: worst('b.example', 100) }, { worst: worst('a.example', 100) }],
    [
      'the reports that are in',
      { completeness: { expected: 10, received: 9, share: 0.9, missing: [], missingCount: 0 } },
    ],
    [
      'new senders',
      { details: [{ ...DETAILS, newFailing: [{ source: '192.0.2.9', figures: figures(9, 0) }] }] },
    ],
  ])('is another when %s changed', (_what, facts, before) => {
    expect(notable(facts, before)).toBe(true);
  });

  it('is no other where what changed is in no section that it has', () => {
    const sections = ['verdict', 'charts'] as const;
    const completeness = { expected: 10, received: 5, share: 0.5, missing: [], missingCount: 0 };

    expect(notable({ completeness, reporters: 9 }, { sections })).toBe(false);
    expect(notable({ worst: worst('a.example', 5) }, { sections: ['charts'] })).toBe(false);
  });
});
