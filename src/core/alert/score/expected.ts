import type { EventPlan, Scenario, SenderPlan } from '../../sample/scenario-schema.js';
import type { Truth } from '../../sample/truth.js';
import { RECENT_DAYS } from '../facts.js';
import { firstDayOf, firstWeekOf, isAlone, isBurst, isDrop, isFall, isNewName, isSpike } from './levels.js';
import { isSilence, isTls, isViolated, isWeakened, resentOn } from './reported.js';
import { CLEARLY, fails, lastDayOf, limit, networksOf, senderNamed, worldOf, type World } from './world.js';

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

/** Days for which reports have to tell of a domain before anything is usual. */
const HISTORY_DAYS = 35;
/** A lasting change is found within so many days. */
const LASTING_DAYS = 14;

/** What holds of everything that happens in a scenario, by the truth's figures and the default thresholds. */
export function expectedAlerts(scenario: Scenario, truth: Truth): ExpectedAlert[] {
  const world = worldOf(scenario, truth);
  return [
    ...world.scenario.events.flatMap((event) => {
      const place = placeOf(event, world);
      return rulesFor(event, place, world).map(({ rule, from, until, domain }) => ({
        rule,
        domain: domain === undefined ? place.domain : domain,
        firstDay: world.days.date(from ?? event.day),
        lastDay: world.days.date(until ?? lastDayOf(event)),
        what: place.what,
      }));
    }),
    ...alwaysFailing(world),
  ];
}

interface Place {
  readonly domain: string;
  readonly sender: SenderPlan | null;
  /** Days for which the domain was known before. */
  readonly known: number;
  readonly what: string;
}

interface Told {
  readonly rule: string;
  /** Days, where they are others than those of the event. */
  readonly from?: number;
  readonly until?: number;
  readonly domain?: null;
}

function placeOf(event: EventPlan, world: World): Place {
  const named = 'sender' in event ? event.sender : undefined;
  const sender = senderNamed(named, world);
  const domain = 'domain' in event ? event.domain : (sender?.domain ?? '');
  const reporter = 'reporter' in event ? event.reporter : undefined;
  const what = `${event.kind} of ${named ?? reporter ?? domain}`;
  return { domain, sender, known: event.day - (firstDayOf(domain, world) ?? event.day), what };
}

/** The rules that have to tell of an event. */
function rulesFor(event: EventPlan, place: Place, world: World): Told[] {
  const { sender, domain } = place;
  const isKnown = place.known >= HISTORY_DAYS;
  const until = event.day + LASTING_DAYS;
  const tell = (is: boolean, told: Told): Told[] => (is ? [told] : []);
  switch (event.kind) {
    case 'spoofing-burst':
      return [
        ...tell(isKnown && isBurst(event, world), { rule: 'spoofing-burst' }),
        ...newName(burstSender(event, world), event.day, place, world),
      ];
    case 'new-sender':
      return sender === null
        ? []
        : [...newSource(sender, event.day, place, world), ...newName(sender, event.day, place, world)];
    case 'sender-gone':
      return tell(isKnown && isDrop(domain, event.day, until, world), { rule: 'volume-drop', until });
    case 'dkim-break':
    case 'spf-break':
      return tell(isKnown && sender !== null && isFall(event, sender, world), { rule: 'sender-falls' });
    case 'volume-spike':
    case 'volume-drop': {
      const isClear = event.kind === 'volume-drop' ? isDrop : isSpike;
      return tell(isKnown && isClear(domain, event.day, lastDayOf(event), world), { rule: event.kind });
    }
    default:
      return ofReports(event, world);
  }
}

/** Events that are about what reporters do, and not about mail. */
function ofReports(event: EventPlan, world: World): Told[] {
  const tell = (is: boolean, told: Told): Told[] => (is ? [told] : []);
  switch (event.kind) {
    case 'reporter-silent':
      return tell(isSilence(event, world), { rule: 'reporter-silence', domain: null });
    case 'policy-change':
      return tell(isWeakened(event, world), { rule: 'policy-weakened', until: event.day + LASTING_DAYS });
    case 'policy-violation':
      return tell(isViolated(event, world), { rule: 'policy-violation' });
    case 'resend-changed': {
      const from = resentOn(event, world);
      return from === null ? [] : [{ rule: 'conflicting-reports', from, until: from + 1 }];
    }
    case 'tls-failures':
      return tell(isTls(event.domain, event.share, world), { rule: 'tls-failures' });
    case 'unreadable': {
      const documents = event.perDay * Math.min(event.days, limit('unreadable-reports', 'days'));
      return tell(documents >= limit('unreadable-reports', 'documents'), {
        rule: 'unreadable-reports',
        domain: null,
      });
    }
    default:
      return [];
  }
}

function newSource(sender: SenderPlan, day: number, { known }: Place, world: World): Told[] {
  const isNew = known >= limit('new-source', 'history') + RECENT_DAYS && isAlone(sender, world);
  const messages = firstWeekOf(sender, day, world) / networksOf(sender);
  return isNew && fails(sender, day, world) && messages >= CLEARLY * limit('new-source', 'messages')
    ? [{ rule: 'new-source', until: day + LASTING_DAYS }]
    : [];
}

function newName(sender: SenderPlan | null, day: number, { known }: Place, world: World): Told[] {
  if (sender === null || known < limit('new-subdomain', 'history') + RECENT_DAYS) return [];
  const messages = firstWeekOf(sender, day, world);
  return isNewName(sender, day, world) && messages >= CLEARLY * limit('new-subdomain', 'messages')
    ? [{ rule: 'new-subdomain', until: day + LASTING_DAYS }]
    : [];
}

/** Who forges in a burst. */
function burstSender(
  event: EventPlan & { readonly kind: 'spoofing-burst' },
  { senders }: World,
): SenderPlan | null {
  return (
    senders.find(
      (one) => one.kind === 'spoofer' && one.addresses === event.addresses && one.from === event.day,
    ) ?? null
  );
}

/** Domains with which TLS fails all the time, as the plan has it. */
function alwaysFailing(world: World): ExpectedAlert[] {
  const { tls, days } = world.scenario;
  return Object.keys(world.scenario.domains).flatMap((domain) => {
    const plans = tls.filter((plan) => plan.domain === domain);
    const sessions = plans.reduce((sum, { perDay }) => sum + perDay, 0);
    const failed = plans.reduce((sum, { perDay, failures }) => sum + perDay * failures, 0);
    if (sessions === 0 || !isTls(domain, failed / sessions, world)) return [];
    return [
      {
        rule: 'tls-failures',
        domain,
        firstDay: world.days.date(1),
        lastDay: world.days.date(days),
        what: `TLS failures of ${domain}`,
      },
    ];
  });
}
