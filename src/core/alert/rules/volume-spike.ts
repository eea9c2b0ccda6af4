import { z } from 'zod';
import { charted, lastDays } from '../days.js';
import { LATE_DAYS } from '../facts.js';
import { evidence, ruleKind } from '../kind.js';
import { count, deviations, eased, factor } from '../threshold.js';
import { volumeOn } from '../volume.js';
import { counted, times, whole } from '../words.js';

export const volumeSpike = ruleKind({
  name: 'volume-spike',
  title: 'Volume spike',
  summary: 'Much more mail than usual on this weekday',
  cause: 'volume',
  severity: 'warning',
  cooldownHours: 24,
  thresholds: z.object({
    factor: factor(2, 'So many times what is usual, at least'),
    deviations: deviations(6),
    messages: count('messages', 200, 'More messages than usual, at least'),
  }),
  relaxed: (given) => ({
    factor: Math.max(1.1, given.factor * 0.8),
    deviations: Math.max(1, given.deviations * 0.7),
    messages: eased(given.messages, 0.7),
  }),
  evaluate: (facts, day, thresholds) => {
    // Reports that are still to come only add to it: no need to wait for them.
    const found = lastDays(day, LATE_DAYS + 1).flatMap((one) => {
      const volume = volumeOn(facts, one);
      if (volume === null) return [];
      const { messages, usual } = volume;
      const isSpike =
        messages >= thresholds.factor * usual.median &&
        messages >= usual.median + thresholds.deviations * usual.spread &&
        messages - usual.median >= thresholds.messages;
      return isSpike ? [volume] : [];
    });
    const worst = found.toSorted((a, b) => b.messages - a.messages)[0];
    if (worst === undefined) return [];
    const { messages, usual } = worst;
    return [
      {
        key: {},
        day: found.at(-1)?.day ?? day,
        says: `${counted(messages, 'message')} on ${worst.day}${usual.median > 0 ? `, ${times(messages / usual.median)} what is usual (${whole(usual.median)})` : ', where none is usual'}.`,
        fix: 'See who sent them (sources DOMAIN): a campaign of yours needs nothing; what fails and is not yours is forged.',
        measure: {
          name: 'messages',
          value: messages,
          threshold: thresholds.factor * usual.median,
          unit: 'messages',
          baseline: usual.median,
        },
        evidence: evidence({ messages, days: charted(facts.days, day, (one) => one.messages) }),
      },
    ];
  },
});
