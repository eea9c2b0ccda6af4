import type { AlignmentResult } from '../../core/operations/series.js';
import type { Asked } from '../ask.js';
import type { Card, Tone } from '../card.js';
import { count, percent, type Moment } from '../figures.js';
import { noDaysCard, otherQuestions } from './follow-up.js';
import { footer, passSentence, passTone, subject } from './parts.js';

/** By what messages are aligned, and what was done with them. */
export function alignmentCard(result: AlignmentResult, input: Asked, now: Moment): Card {
  const title = `Alignment of ${subject(result.domain)}`;
  const { figures, both, dkimOnly, spfOnly, neither } = result;
  if (figures.messages === 0) return noDaysCard(title, 'alignment', result, input, now);
  const bars: readonly (readonly [string, Tone, number])[] = [
    ['DKIM and SPF', 'good', both],
    ['DKIM alone', 'good', dkimOnly],
    ['SPF alone', 'warning', spfOnly],
    ['neither: fails DMARC', 'bad', neither],
  ];
  return {
    title,
    tone: passTone(figures),
    verdict: `${passSentence(figures)} ${percent(both, figures.messages)} by both DKIM and SPF.`,
    parts: [
      {
        type: 'chart',
        shape: 'bars',
        title: 'Messages aligned by',
        alt: bars.map(([name, , value]) => `${name}: ${count(value)}`).join(', '),
        unit: 'messages',
        bars: bars.map(([name, tone, value]) => ({ name, tone, value })),
      },
      {
        type: 'table',
        title: 'What receivers did',
        columns: [
          { name: 'Disposition', align: 'left' },
          { name: 'Messages', align: 'right' },
          { name: 'Share', align: 'right' },
        ],
        rows: result.byDisposition.map((one) => [
          one.disposition,
          count(one.messages),
          percent(one.messages, figures.messages),
        ]),
        more: null,
      },
    ],
    advice:
      spfOnly > figures.messages / 10
        ? `${percent(spfOnly, figures.messages)} hang on SPF alone, which forwarding breaks: sign that mail with DKIM.`
        : null,
    buttons: otherQuestions('alignment', result, input),
    form: null,
    footer: footer(result.range, input, now),
  };
}
