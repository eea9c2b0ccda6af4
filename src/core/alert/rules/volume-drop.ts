import { z } from 'zod';
import { addDays } from '../calendar.js';
import { charted, lastDays } from '../days.js';
import { LATE_DAYS } from '../facts.js';
import { evidence, ruleKind } from '../kind.js';
import { count, deviations, eased, fraction } from '../threshold.js';
import { volumeOn } from '../volume.js';
import { counted, percent, whole } from '../words.js';

export const volumeDrop = ruleKind({
  name: 'volume-drop',
  title: 'Volume drop',
  summary: 'Much less mail than usual on these weekdays, as told by reporters that did report',
  cause: 'volume',
  severity: 'warning',
  cooldownHours: 24,
  thresholds: z.object({
    share: fraction(0.5, 'At most this part of what is usual'),
    deviations: deviations(4, 'And so far from what is usual, or this part of all these weekdays but one'),
    days: count('days', 2, 'On so many days in a row; holidays are a day', 14),
    messages: count('messages a day', 100, 'Of domains that usually have so many'),
  }),
  relaxed: (given) => ({
    ...given,
    share: Math.min(1, given.share * 1.4),
    deviations: Math.max(1, given.deviations * 0.5),
    messages: eased(given.messages, 0.7),
  }),
  evaluate: (facts, day, thresholds) => {
    // Only days whose reports are in, nearly all. Days on which too little is usual say nothing, and are passed over.
    const settled = addDays(day, -LATE_DAYS);
    const low: { day: string; messages: number; usual: number }[] = [];
    for (const one of lastDays(settled, 2 * thresholds.days + 2).toReversed()) {
      if (low.length === thresholds.days) break;
      const volume = volumeOn(facts, one);
      if (volume === null || volume.usual.median < thresholds.messages) continue;
      const { messages, usual } = volume;
      if (messages > thresholds.share * usual.median) return [];
      // Where days differ much, not even silence is far enough from the median.
      const isFar = messages <= usual.median - thresholds.deviations * usual.spread;
      if (!isFar && (usual.least === 0 || messages > thresholds.share * usual.least)) return [];
      low.push({ day: one, messages, usual: usual.median });
    }
    const [newest] = low;
    if (newest === undefined || low.length < thresholds.days) return [];
    const messages = low.reduce((total, one) => total + one.messages, 0);
    const usual = low.reduce((total, one) => total + one.usual, 0);
    return [
      {
        key: {},
        day: newest.day,
        says: `${counted(messages, 'message')} in ${counted(low.length, 'day')} until ${newest.day}, ${percent(messages / usual)} of what is usual (${whole(usual)}).`,
        fix: 'Ask whether a system stopped sending: its queue, its address at the mail relay, or the service behind it.',
        measure: {
          name: 'messages',
          value: messages,
          threshold: thresholds.share * usual,
          unit: 'messages',
          baseline: usual,
        },
        evidence: evidence({ messages, days: charted(facts.days, settled, (one) => one.messages) }),
      },
    ];
  },
});
