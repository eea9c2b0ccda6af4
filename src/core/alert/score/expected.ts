import { policyOn } from '../../sample/events.js';
import type { EventPlan, Scenario, SenderPlan } from '../../sample/scenario-schema.js';
import type { Truth } from '../../sample/truth.js';
import { addDays } from '../calendar.js';
import {
  CLEARLY,
  fails,
  isAligned,
  isAlone,
  isBurst,
  isDrop,
  isNewName,
  isSilence,
  isSpike,
  isTls,
  isViolated,
  isWeaker,
  limit,
  seenMost,
  weekOf,
  type World,
} from './levels.js';

/** An event of which a rule has to tell. */
export interface ExpectedAlert {
  readonly rule: string;
  /** null for what is about the tenant. */
  readonly domain: string | null;
  /** Days on which it happens. */
  readonly firstDay: string;
  readonly lastDay: string;
  /** For people: what happens. */
  readonly what: string;
}

/** Days that rules need to know what is usual. */
const HISTORY_DAYS = 36;
/** A lasting change is found within so many days. */
const LASTING_DAYS = 14;

/** What holds of the scenario's events, by the truth's figures and the default thresholds. */
export function expectedAlerts(scenario: Scenario, truth: Truth): ExpectedAlert[] {
  const world = { scenario, truth };
  return scenario.events.flatMap((event) => {
    const place = placeOf(event, world);
    return rulesFor(event, place, world).map(({ rule, ...given }) => ({ rule, ...place.when, ...given }));
  });
}

/** When and where an event is. */
interface Place {
  readonly when: Omit<ExpectedAlert, 'rule'>;
  readonly sender: SenderPlan | null;
  /** Whether enough was seen before it to know what is usual. */
  readonly isKnown: boolean;
}

type Told = Pick<ExpectedAlert, 'rule'> & Partial<ExpectedAlert>;

function placeOf(event: EventPlan, { scenario, truth }: World): Place {
  const firstDay = addDays(truth.firstDay, event.day - 1);
  const lastDay = addDays(firstDay, 'days' in event ? event.days - 1 : 0);
  const named = 'sender' in event ? event.sender : undefined;
  const sender = scenario.senders.find(({ name }) => name === named) ?? null;
  const domain = 'domain' in event ? event.domain : (sender?.domain ?? null);
  const reporter = 'reporter' in event ? event.reporter : undefined;
  const what = `${event.kind} of ${named ?? reporter ?? domain ?? ''}`;
  return { when: { firstDay, lastDay, domain, what }, sender, isKnown: event.day > HISTORY_DAYS };
}

/** The rules that have to tell of an event. */
function rulesFor(event: EventPlan, place: Place, world: World): Told[] {
  const { firstDay, lastDay, domain } = place.when;
  const lasting = { lastDay: addDays(firstDay, LASTING_DAYS) };
  const tell = (rule: string, is: boolean, given: Partial<ExpectedAlert> = {}): Told[] =>
    is ? [{ rule, ...given }] : [];
  switch (event.kind) {
    case 'spoofing-burst':
      return tell('spoofing-burst', place.isKnown && isBurst(event, world, place.when));
    case 'new-sender':
      return newSender(event, place, world).map((rule) => ({ rule, ...lasting }));
    case 'sender-gone':
      return tell('volume-drop', place.isKnown && isDrop(domain, firstDay, lasting.lastDay, world), lasting);
    case 'dkim-break':
    case 'spf-break':
      return tell('sender-falls', place.isKnown && isFall(event, place, world));
    case 'volume-spike':
      return tell('volume-spike', place.isKnown && isSpike(domain, firstDay, lastDay, world));
    case 'volume-drop':
      return tell('volume-drop', place.isKnown && isDrop(domain, firstDay, lastDay, world));
    default:
      return ofReports(event, place, world);
  }
}

/** Events that are about what reporters do, and not about mail. */
function ofReports(event: EventPlan, { when, isKnown }: Place, world: World): Told[] {
  const tell = (rule: string, is: boolean, given: Partial<ExpectedAlert> = {}): Told[] =>
    is ? [{ rule, ...given }] : [];
  switch (event.kind) {
    case 'reporter-silent':
      return tell('reporter-silence', isKnown && isSilence(event, world), { domain: null });
    case 'policy-change': {
      const before = policyOn(world.scenario, event.domain, event.day - 1);
      return tell('policy-weakened', isWeaker(before, event.policy), {
        lastDay: addDays(when.firstDay, LASTING_DAYS),
      });
    }
    case 'policy-violation':
      return tell('policy-violation', isViolated(event, world));
    case 'resend-changed':
      return tell('conflicting-reports', true, { lastDay: addDays(when.firstDay, event.after + 1) });
    case 'tls-failures':
      return tell('tls-failures', isTls(event, world));
    case 'unreadable': {
      const documents = event.perDay * Math.min(event.days, limit('unreadable-reports', 'days'));
      return tell('unreadable-reports', documents >= limit('unreadable-reports', 'documents'), {
        domain: null,
      });
    }
    default:
      return [];
  }
}

function newSender({ day }: EventPlan, { sender, isKnown }: Place, world: World): string[] {
  if (sender === null) return [];
  const isLarge = (rule: string) => weekOf(sender, world) >= CLEARLY * limit(rule, 'messages');
  return [
    ...(isKnown && fails(sender) && isAlone(sender, world) && isLarge('new-source') ? ['new-source'] : []),
    ...(isNewName(sender, day, world) && isLarge('new-subdomain') ? ['new-subdomain'] : []),
  ];
}

function isFall(
  event: EventPlan & { readonly kind: 'dkim-break' | 'spf-break' },
  { sender, when }: Place,
  world: World,
): boolean {
  return (
    sender !== null &&
    isAligned(sender, event.kind === 'dkim-break' ? 'dkim' : 'spf') &&
    event.share >= CLEARLY * limit('sender-falls', 'fall') &&
    seenMost(sender, when.firstDay, when.lastDay, world) >= CLEARLY * limit('sender-falls', 'messages')
  );
}
