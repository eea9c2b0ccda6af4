import type { ProblemItem, ProblemsResult } from '../../core/operations/intake.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Button, Card, CardPart } from '../card.js';
import { count, counted, period, type Moment } from '../figures.js';
import { filterText, nextButton } from './questions.js';

const CODES_LISTED = 8;

/** What was odd about documents, latest first. */
export function problemsCard(result: ProblemsResult, input: Asked, now: Moment): Card {
  const { domain, range, counts, items, next } = result;
  const code = typeof input['code'] === 'string' ? input['code'] : null;
  const asked = { reporter: input['reporter'], from: range?.from, to: range?.to };
  const filtered = [domain, range, code, filterText(input)].some((one) => one !== null);
  return {
    title: domain === null ? 'Problems' : `Problems of ${domain}`,
    tone: items.length === 0 ? 'good' : 'neutral',
    verdict: verdictOf(result, code, filtered),
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
      ...(code === null ? codeButtons(counts, domain, asked) : []),
      ...(filtered ? [{ label: 'All problems', command: 'problems' }] : []),
      ...firstReport(items),
      { label: 'Status', command: 'status' },
    ],
    form: null,
    footer: footerOf(result, input, now),
  };
}

function verdictOf({ counts, items }: ProblemsResult, code: string | null, filtered: boolean): string {
  if (items.length === 0) return `No problem${filtered ? ' of that kind' : ''} with any document.`;
  if (code !== null) {
    const one = counts.find((each) => each.code === code);
    return `${counted(one?.count ?? 0, 'problem')} ${code}.`;
  }
  const total = counts.reduce((sum, one) => sum + one.count, 0);
  const [most] = counts;
  const often = most === undefined ? '' : `; most often ${most.code} (${count(most.count)})`;
  return `${counted(total, 'problem')}${filtered ? '' : ' over all documents'}${often}.`;
}

function footerOf({ items, range }: ProblemsResult, input: Asked, now: Moment): string | null {
  const parts = [
    range === null ? null : `came in ${period(range, now)}`,
    filterText(input),
    items.length === 0
      ? null
      : 'latest documents first; repaired ones count, unreadable ones are kept with their error',
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(' · ');
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

function codeButtons(counts: ProblemsResult['counts'], domain: string | null, input: Asked): Button[] {
  if (counts.length < 2) return [];
  return counts
    .slice(0, 2)
    .map(({ code }) => ({ label: code, command: ask('problems', [domain], { code, ...input }) }));
}

function firstReport(items: readonly ProblemItem[]): Button[] {
  const id = items.find((item) => item.reportId !== null)?.reportId ?? null;
  return id === null ? [] : [{ label: `Report ${id}`, command: ask('report', [String(id)]) }];
}
