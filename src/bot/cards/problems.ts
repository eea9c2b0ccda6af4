import type { ProblemItem, ProblemsResult } from '../../core/operations/intake.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Button, Card, CardPart } from '../card.js';
import { count, counted } from '../figures.js';
import { nextButton } from './questions.js';

const CODES_LISTED = 8;

/** What was odd about documents, latest first. */
export function problemsCard(result: ProblemsResult, input: Asked): Card {
  const { counts, items, next } = result;
  const domain = typeof input['domain'] === 'string' ? input['domain'] : null;
  const total = counts.reduce((sum, one) => sum + one.count, 0);
  const [most] = counts;
  const filtered = domain !== null || input['code'] !== undefined;
  return {
    title: domain === null ? 'Problems' : `Problems of ${domain}`,
    tone: items.length === 0 ? 'good' : 'neutral',
    verdict:
      items.length === 0
        ? `No problem${filtered ? ' of that kind' : ''} with any document.`
        : filtered
          ? `${counted(items.length, 'problem')}${next === null ? '' : ' on this page'}.`
          : `${counted(total, 'problem')} over all documents; most often ${most?.code ?? ''} (${count(most?.count ?? 0)}).`,
    parts:
      items.length === 0
        ? []
        : [
            ...(filtered || counts.length < 2 ? [] : [countsChart(counts)]),
            { type: 'facts', facts: items.map(problemFact) },
          ],
    advice: null,
    buttons: [
      ...nextButton('problems', [domain], input, next),
      ...(filtered ? [{ label: 'All problems', command: 'problems' }] : codeButtons(counts)),
      ...firstReport(items),
      { label: 'Status', command: 'status' },
    ],
    footer:
      items.length === 0
        ? null
        : 'Latest documents first. Repaired documents count; unreadable ones are kept with their error.',
  };
}

function countsChart(counts: ProblemsResult['counts']): CardPart {
  return {
    type: 'chart',
    shape: 'bars',
    title: 'How often',
    alt: counts.map((one) => `${one.code}: ${one.count}`).join(', '),
    unit: 'messages',
    bars: counts.slice(0, CODES_LISTED).map((one) => ({ name: one.code, tone: 'neutral', value: one.count })),
  };
}

function problemFact(item: ProblemItem): { name: string; value: string; note: string } {
  const name = item.name.split('/').at(-1) ?? item.name;
  const file = item.member === null ? name : `${name}: ${item.member}`;
  const place = [item.where, item.reporter, item.domain, file].filter((part) => part !== null);
  return { name: item.code, value: item.message, note: place.join(' · ') };
}

function codeButtons(counts: ProblemsResult['counts']): Button[] {
  if (counts.length < 2) return [];
  return counts
    .slice(0, 2)
    .map((one) => ({ label: one.code, command: ask('problems', [], { code: one.code }) }));
}

function firstReport(items: readonly ProblemItem[]): Button[] {
  const id = items.find((item) => item.reportId !== null)?.reportId ?? null;
  return id === null ? [] : [{ label: `Report ${id}`, command: ask('report', [String(id)]) }];
}
