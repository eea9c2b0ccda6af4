import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONTAINER_NAMES } from '../../../src/core/sample/containers.js';
import { ODDITY_NAMES } from '../../../src/core/sample/oddities.js';
import { parseScenario, ScenarioError } from '../../../src/core/sample/scenario.js';

const folder = new URL('../../../scenarios/', import.meta.url);
const shipped = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

const SMALL = `
name: small
start: 2026-01-01
days: 3
domains: { example.com: { p: none } }
senders: [{ name: office, kind: own, domain: example.com, addresses: 192.0.2.1, perDay: 10 }]
reporters: [{ name: A, domain: a.example, share: 1 }]
`;

describe('a scenario', () => {
  it('needs little, and has defaults for the rest', () => {
    const scenario = parseScenario(SMALL);

    expect(scenario.domains['example.com']).toEqual({
      p: 'none',
      adkim: 'r',
      aspf: 'r',
      pct: 100,
      testing: 'n',
    });
    expect(scenario.reporters[0]).toMatchObject({
      standard: 'rfc7489',
      container: 'gzip',
      hours: 24,
      oddities: [],
    });
    expect(scenario.events).toEqual([]);
  });

  it.each([
    ['', 'The scenario is wrong: Invalid input: expected object, received null.'],
    ['a: [', /^The scenario is not YAML: .*\.$/],
    [SMALL.replace('perDay: 10', 'perDay: -1'), /^In the scenario, senders\[1\]\.perDay is wrong: .*\.$/],
    [
      SMALL.replace('192.0.2.1', '192.0.2.1/40'),
      /^In the scenario, senders\[1\]\.addresses\[1\] is wrong: .*\.$/,
    ],
    [
      SMALL.replace('share: 1', 'share: 1, shape: round'),
      /^In the scenario, reporters\[1\] is wrong: .*"shape"\.$/,
    ],
    [SMALL.replace('days: 3', 'days: 0\nname2: x'), /\(and 1 more\)\.$/],
    [
      SMALL.replace('192.0.2.1', 'nowhere'),
      'In the scenario, senders[1].addresses[1] is wrong: an IP address or a range such as 192.0.2.0/28 is wanted, not "nowhere".',
    ],
    [
      SMALL.replace('{ example.com:', '{ Example.com:'),
      /domains\.Example\.com is wrong: a domain in lower case is wanted/,
    ],
    [
      SMALL.replace('perDay: 10', 'perDay: 10, headerFrom: shop.example.org'),
      'The scenario\'s sender "office" writes as shop.example.org, which is not under its domain example.com.',
    ],
    [
      SMALL.replace('perDay: 10', 'perDay: 10, from: 3, until: 2'),
      'The scenario\'s sender "office" ends with day 2, before it begins on day 3.',
    ],
    [
      `${SMALL}events: [{ kind: new-sender, day: 2, sender: office }, { kind: new-sender, day: 3, sender: office }]`,
      'The scenario has two new-sender events of the sender called "office".',
    ],
    [
      SMALL.replace('domain: example.com,', 'domain: example.org,'),
      'The scenario\'s sender "office" names the domain "example.org", which it does not describe.',
    ],
    [
      SMALL.replace('share: 1 }', 'share: 0.7 }, { name: B, domain: b.example, share: 0.7 }'),
      "The scenario's reporters share 1.400 of the mail; at most 1 is possible.",
    ],
    [
      SMALL.replace('share: 1 }', 'share: 0.1 }, { name: B, domain: a.example, share: 0.7 }'),
      'The scenario has two reporters called "a.example".',
    ],
    [
      SMALL.replace('share: 1 }', 'share: 1, hours: 6, offset: 2 }'),
      'The scenario\'s reporter "a.example" has an offset, for which its hours must be 24 or more.',
    ],
    [
      `${SMALL}events: [{ kind: dkim-break, day: 2, days: 3, sender: office }]`,
      "The scenario's event 1 (dkim-break) lasts until day 4, but there are 3 days.",
    ],
    [
      `${SMALL}events: [{ kind: new-sender, day: 2, sender: shop }]`,
      'The scenario\'s event 1 (new-sender) names the sender "shop", which it does not describe.',
    ],
    [`${SMALL}events: [{ kind: earthquake, day: 2 }]`, /^In the scenario, events\[1\]\.kind is wrong: .*\.$/],
    [
      `${SMALL}events: [{ kind: resend, day: 2, domain: example.com, reporter: b.example }]`,
      /the reporter "b\.example"/,
    ],
    [
      `${SMALL}tls: [{ reporter: b.example, domain: example.com, perDay: 1, mx: mx.example.com }]`,
      /the reporter/,
    ],
    [`${SMALL}failures: [{ reporter: a.example, sender: shop, perDay: 1 }]`, /the sender "shop"/],
    [
      `a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [${'*a,'.repeat(9)}*a]\nc: &c [${'*b,'.repeat(9)}*b]\nd: [${'*c,'.repeat(9)}*c]`,
      /^The scenario is not YAML: /,
    ],
    ['x'.repeat(1_000_001), 'The scenario is longer than 1000000 characters.'],
  ])('that is wrong is refused in one sentence (%#)', (text, message) => {
    const attempt = (): unknown => parseScenario(text);

    expect(attempt).toThrow(ScenarioError);
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow(/\n/);
  });
});

describe('the shipped scenarios', () => {
  const names = readdirSync(folder);

  it.each(names)('%s can be read', (name) => {
    expect(parseScenario(shipped(name)).name).toBe(name.replace('.yaml', ''));
  });

  it('show every oddity and every container', () => {
    const { reporters } = parseScenario(shipped('oddities.yaml'));

    expect(new Set(reporters.flatMap((reporter) => reporter.oddities))).toEqual(new Set(ODDITY_NAMES));
    expect(new Set(reporters.map((reporter) => reporter.container))).toEqual(new Set(CONTAINER_NAMES));
  });

  it('show every kind of event', () => {
    const kinds = new Set(
      names.flatMap((name) => parseScenario(shipped(name)).events.map(({ kind }) => kind)),
    );

    expect([...kinds].sort()).toEqual([
      'dkim-break',
      'new-sender',
      'policy-change',
      'policy-violation',
      'reporter-silent',
      'resend',
      'resend-changed',
      'sender-gone',
      'spf-break',
      'spoofing-burst',
      'tls-failures',
      'unreadable',
      'volume-drop',
      'volume-spike',
    ]);
  });
});

describe('docs/scenarios.md', () => {
  const page = readFileSync(new URL('../../../docs/scenarios.md', import.meta.url), 'utf8');

  it('names every oddity, container and event', () => {
    const events = [
      'spoofing-burst',
      'new-sender',
      'sender-gone',
      'dkim-break',
      'spf-break',
      'volume-spike',
      'volume-drop',
      'reporter-silent',
      'policy-change',
      'resend',
      'resend-changed',
      'policy-violation',
      'tls-failures',
      'unreadable',
    ];

    expect(
      [...ODDITY_NAMES, ...CONTAINER_NAMES, ...events].filter((name) => !page.includes(`\`${name}\``)),
    ).toEqual([]);
  });

  it('begins with an example that can be read', () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

    expect(parseScenario(example).senders.length).toBeGreaterThan(0);
  });
});
