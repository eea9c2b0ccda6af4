import { randomFor, type Random } from '../../../src/core/sample/random.js';
import type { Severity } from '../../../src/core/alert/finding.js';

/** A channel of the torture, by its name at the platform too. */
export interface PlannedChannel {
  readonly name: string;
  readonly kind: 'slack' | 'teams' | 'discord' | 'webhook';
  readonly leastSeverity: Severity;
  /** In UTC. */
  readonly quiet: { readonly from: string; readonly until: string } | null;
}

export const CHANNELS: readonly PlannedChannel[] = [
  { name: 'slack-1', kind: 'slack', leastSeverity: 'info', quiet: null },
  { name: 'slack-2', kind: 'slack', leastSeverity: 'info', quiet: { from: '22:00', until: '06:00' } },
  { name: 'teams-1', kind: 'teams', leastSeverity: 'info', quiet: null },
  { name: 'teams-2', kind: 'teams', leastSeverity: 'critical', quiet: null },
  { name: 'discord-1', kind: 'discord', leastSeverity: 'info', quiet: null },
  { name: 'discord-2', kind: 'discord', leastSeverity: 'warning', quiet: { from: '21:30', until: '07:15' } },
  { name: 'webhook-1', kind: 'webhook', leastSeverity: 'info', quiet: null },
];

export const DOMAINS: readonly string[] = Array.from({ length: 12 }, (_, at) => `d${at + 1}.example`);
export const PEOPLE: readonly string[] = ['ada', 'grace', 'alan', 'linus'];

/** What a rule finds, in short. */
export interface PlannedFinding {
  readonly rule: string;
  readonly sender: string | null;
  readonly severity: Severity;
}

/** What is likelier stands more than once. */
export const CLICKS = [
  'acknowledge',
  'acknowledge',
  'unacknowledge',
  'resolve',
  'reopen',
  'snooze',
  'wake',
  'assign',
  'note',
] as const;
export type Click = (typeof CLICKS)[number];

/** What befalls the next calls to a channel. */
export type Fault =
  /** 429. */
  | { readonly type: 'busy'; readonly afterMs: number; readonly scope: 'channel' | 'workspace' }
  /** 503, and nothing is done. */
  | { readonly type: 'broken' }
  /** It is done, and nobody is told. */
  | { readonly type: 'lost' }
  /** The connection breaks, and it is done a little later. */
  | { readonly type: 'late'; readonly ms: number }
  | { readonly type: 'slow'; readonly ms: number }
  /** The next message is there, and whoever said it is killed before it is told so. */
  | { readonly type: 'fatal' };

/** Picks are shares of what there is when the step is taken. */
export type Step =
  | {
      readonly do: 'raise';
      readonly domain: number;
      readonly findings: readonly PlannedFinding[];
      /** Other rules were not evaluated: their alerts are left alone. */
      readonly partly: boolean;
      /** By two processes at once. */
      readonly twice: boolean;
    }
  | {
      readonly do: 'click';
      readonly pick: number;
      readonly click: Click;
      readonly person: number;
      readonly hours: number;
      /** The state that a card shows goes with it. */
      readonly onCard: boolean;
      readonly twice: boolean;
    }
  | {
      readonly do: 'suppress';
      readonly domain: number | null;
      readonly rule: string | null;
      readonly severity: Severity | null;
      readonly hours: number;
      /** Minutes of each day from now on, in place of hours. */
      readonly daily: number | null;
    }
  | { readonly do: 'unsuppress'; readonly pick: number }
  | { readonly do: 'fault'; readonly channel: number; readonly fault: Fault; readonly times: number }
  | { readonly do: 'outage'; readonly channel: number; readonly minutes: number }
  | { readonly do: 'archive'; readonly channel: number }
  | { readonly do: 'unarchive'; readonly channel: number }
  | { readonly do: 'delete'; readonly pick: number }
  | { readonly do: 'kill'; readonly worker: number }
  | { readonly do: 'kill-saying'; readonly channel: number }
  | { readonly do: 'cut'; readonly worker: number }
  | { readonly do: 'jump'; readonly ms: number };

const SENDERS = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8:1::/64'];
export const RULES: readonly { readonly name: string; readonly cause: string; readonly sender: boolean }[] = [
  { name: 'failure-rate', cause: 'sending', sender: false },
  { name: 'new-source', cause: 'sending', sender: true },
  { name: 'spoofing-burst', cause: 'volume', sender: false },
  { name: 'volume-spike', cause: 'volume', sender: false },
  { name: 'policy-weakened', cause: 'policy', sender: false },
  { name: 'reporter-silence', cause: 'reporting', sender: false },
  { name: 'volume-drop', cause: 'volume', sender: false },
];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How often each kind of step comes, of a thousand. */
const WEIGHTS: readonly (readonly [Step['do'], number])[] = [
  ['raise', 300],
  ['click', 430],
  ['suppress', 12],
  ['unsuppress', 10],
  ['fault', 110],
  ['outage', 6],
  ['archive', 8],
  ['unarchive', 16],
  ['delete', 25],
  ['kill', 15],
  ['kill-saying', 15],
  ['cut', 10],
  ['jump', 48],
];
const TOTAL = WEIGHTS.reduce((sum, [, weight]) => sum + weight, 0);

/** So many steps; the same of the same seed. */
export function planOf(seed: number, steps: number, workers: number): readonly Step[] {
  const random = randomFor(seed, 'alerts');
  return Array.from({ length: steps }, () => stepOf(random, workers));
}

function stepOf(random: Random, workers: number): Step {
  const what = drawn(random);
  switch (what) {
    case 'raise':
      return {
        do: what,
        domain: random.below(DOMAINS.length),
        findings: Array.from({ length: random.below(5) }, () => findingOf(random)),
        partly: random.next() < 0.7,
        twice: random.next() < 0.15,
      };
    case 'click':
      return {
        do: what,
        pick: random.next(),
        click: of(random, CLICKS),
        person: random.below(PEOPLE.length),
        hours: 1 + random.below(24),
        onCard: random.next() < 0.5,
        twice: random.next() < 0.15,
      };
    case 'suppress': {
      const domain = random.next() < 0.7 ? random.below(DOMAINS.length) : null;
      const rule = random.next() < 0.4 || domain === null ? of(random, RULES).name : null;
      return {
        do: what,
        domain,
        rule,
        severity: random.next() < 0.2 ? 'warning' : null,
        hours: 1 + random.below(24),
        daily: random.next() < 0.3 ? 30 + random.below(600) : null,
      };
    }
    case 'unsuppress':
    case 'delete':
      return { do: what, pick: random.next() };
    case 'fault':
      return { do: what, channel: channelOf(random), fault: faultOf(random), times: 1 + random.below(3) };
    case 'outage':
      return { do: what, channel: channelOf(random), minutes: 5 + random.below(120) };
    case 'archive':
    case 'unarchive':
    case 'kill-saying':
      return { do: what, channel: channelOf(random) };
    case 'kill':
    case 'cut':
      return { do: what, worker: random.below(workers) };
    case 'jump':
      return { do: what, ms: jumpOf(random) };
    default:
      return what satisfies never;
  }
}

function drawn(random: Random): Step['do'] {
  let left = random.next() * TOTAL;
  for (const [name, weight] of WEIGHTS) {
    left -= weight;
    if (left < 0) return name;
  }
  return 'raise';
}

function findingOf(random: Random): PlannedFinding {
  const rule = of(random, RULES);
  return {
    rule: rule.name,
    sender: rule.sender ? of(random, SENDERS) : null,
    severity: of(random, ['info', 'warning', 'warning', 'critical']),
  };
}

function faultOf(random: Random): Fault {
  switch (random.below(5)) {
    case 0:
      return {
        type: 'busy',
        afterMs: 1_000 + random.below(2 * MINUTE_MS),
        scope: random.next() < 0.7 ? 'channel' : 'workspace',
      };
    case 1:
      return { type: 'broken' };
    case 2:
      return { type: 'lost' };
    case 3:
      return { type: 'late', ms: 100 + random.below(1_000) };
    default:
      return { type: 'slow', ms: 20 + random.below(400) };
  }
}

/** Mostly minutes, at times hours, seldom more than a day. */
function jumpOf(random: Random): number {
  const draw = random.next();
  if (draw < 0.5) return (1 + random.below(30)) * MINUTE_MS;
  return draw < 0.9 ? (1 + random.below(8)) * HOUR_MS : (20 + random.below(30)) * HOUR_MS;
}

function channelOf(random: Random): number {
  return random.below(CHANNELS.length);
}

function of<One>(random: Random, list: readonly One[]): One {
  const one = list[random.below(list.length)];
  if (one === undefined) throw new Error('there is nothing to draw from');
  return one;
}
