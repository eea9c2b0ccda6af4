import { z } from 'zod';
import { baselineOf } from '../baseline.js';
import { charted, lastDays, sum } from '../days.js';
import { LATE_DAYS, type DomainFacts, type NetworkDay, type NetworkFact } from '../facts.js';
import { evidence, ruleKind } from '../kind.js';
import { holdsNetwork } from '../network.js';
import { count, deviations, eased, factor } from '../threshold.js';
import { counted, times, whole } from '../words.js';

/** A network whose mail passed so often before is a sender of the domain, and what fails of it is no forgery. */
const SENDER_PASSED = 0.5;

export const spoofingBurst = ruleKind({
  name: 'spoofing-burst',
  title: 'Spoofing burst',
  summary: 'Much failing mail at once, from many addresses that are no known senders',
  cause: 'sending',
  severity: 'critical',
  cooldownHours: 24,
  thresholds: z.object({
    messages: count('messages a day', 200, 'Failing messages of a day that no known sender sent, at least'),
    factor: factor(4, 'So many times the failing messages of a usual day, at least'),
    deviations: deviations(6),
    addresses: count('addresses', 10, 'From so many addresses, at least'),
  }),
  relaxed: (given) => ({
    messages: eased(given.messages, 0.5),
    factor: Math.max(1.1, given.factor * 0.6),
    deviations: Math.max(1, given.deviations * 0.6),
    addresses: eased(given.addresses, 0.5),
  }),
  evaluate: (facts, day, thresholds) => {
    const failed = new Map(facts.days.map((one) => [one.day, one.messages - one.passed]));
    const first = facts.firstDay === null || facts.firstDay < facts.from ? facts.from : facts.firstDay;
    const senders = facts.networks.filter((network) => isSender(network, facts));
    const strangers = facts.networks.filter((network) => !senders.includes(network));
    const found = lastDays(day, LATE_DAYS + 1).flatMap((one) => {
      const seen = (list: readonly NetworkFact[]) =>
        list.flatMap(({ days }) => days.filter(({ day: on }) => on === one));
      const known = sum(senders, (network) =>
        isKnown(network, facts) ? sum(seen([network]), failing) : theirsOf(network, one, thresholds.factor),
      );
      const forged = withoutBulk((failed.get(one) ?? 0) - known, seen(strangers), thresholds.addresses);
      const addresses = facts.failingAddresses.find((told) => told.day === one)?.addresses ?? 0;
      const usual = baselineOf(one, first, (earlier) => failed.get(earlier) ?? 0);
      const isBurst =
        forged >= thresholds.messages &&
        addresses >= thresholds.addresses &&
        usual !== null &&
        forged >= thresholds.factor * usual.median &&
        forged >= usual.median + thresholds.deviations * usual.spread;
      return isBurst ? [{ day: one, forged, addresses, usual: usual.median }] : [];
    });
    const worst = found.toSorted((a, b) => b.forged - a.forged)[0];
    if (worst === undefined) return [];
    return [
      {
        key: {},
        day: found.at(-1)?.day ?? day,
        says: `${counted(worst.forged, 'forged message')} from ${counted(worst.addresses, 'address', 'addresses')} on ${worst.day}${worst.usual > 0 ? `, ${times(worst.forged / worst.usual)} the failing mail of a usual day (${whole(worst.usual)})` : ', where hardly any mail fails'}.`,
        fix: 'A policy of reject has receivers turn forged mail away; where it is published already, nothing else is needed.',
        measure: {
          name: 'forged messages',
          value: worst.forged,
          threshold: Math.max(thresholds.messages, thresholds.factor * worst.usual),
          unit: 'messages',
          baseline: worst.usual,
        },
        evidence: evidence({
          messages: worst.forged,
          failing: worst.forged,
          days: charted(facts.days, day, (one) => one.messages - one.passed),
          facts: [{ name: 'Addresses', value: whole(worst.addresses) }],
        }),
      },
    ];
  },
});

/**
 * Failing messages of a day without those of a network that sends most of them from few addresses: that is a service that
 * is not set up, or one forger, of which new-source tells.
 */
function withoutBulk(all: number, days: readonly NetworkDay[], addresses: number): number {
  let left = all;
  for (const day of days.toSorted((a, b) => failing(b) - failing(a))) {
    if (failing(day) * 2 < left || day.failing >= addresses) return left;
    left -= failing(day);
  }
  return left;
}

/** Failing messages of a day that a sender's network may have sent itself; more of them come from a neighbour of it. */
function theirsOf({ days, before }: NetworkFact, day: string, most: number): number {
  const seen = days.find((one) => one.day === day);
  if (seen === undefined || before.days === 0) return 0;
  return Math.min(failing(seen), most * (before.messages / before.days));
}

function failing({ messages, passed }: NetworkDay): number {
  return messages - passed;
}

function isSender(network: NetworkFact, facts: DomainFacts): boolean {
  const { messages, passed } = network.before;
  return isKnown(network, facts) || (messages > 0 && passed >= SENDER_PASSED * messages);
}

/** Whether people said that it is theirs. */
function isKnown({ network }: NetworkFact, { known }: DomainFacts): boolean {
  return known.some((one) => holdsNetwork(one, network));
}
