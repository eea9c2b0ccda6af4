import type { SourcesResult } from '../../core/operations/sources.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Card } from '../card.js';
import { count, counted, percent, type Moment } from '../figures.js';
import { noDaysCard } from './follow-up.js';
import { footer, passTone, subject } from './parts.js';
import { filtersOf, follow, nextButton, periodButtons } from './questions.js';
import { figuresTable, sourceName } from './tables.js';

/** Who sends in the name of a domain, a page of them. */
export function sourcesCard(result: SourcesResult, input: Asked, now: Moment): Card {
  const { domain, range, figures, items, next } = result;
  const title = `Sources of ${subject(domain)}`;
  if (items.length === 0) return noDaysCard(title, 'sources', result, input, now);
  const failingFirst = input['order'] === 'failing';
  const worst = worstOf(result, failingFirst && input['cursor'] === undefined);
  const address = worst?.source ?? null;
  return {
    title,
    tone: passTone(figures),
    verdict: [
      `${counted(result.count, 'source')} sent ${counted(figures.messages, 'message')}; ${percent(figures.dmarcPass, figures.messages)} pass.`,
      worst === null ? null : `${sourceName(worst.source)} fails most: ${counted(failed(worst), 'message')}.`,
    ]
      .filter((sentence) => sentence !== null)
      .join(' '),
    parts: [
      figuresTable(
        failingFirst ? 'Most failing messages first' : 'Most messages first',
        'Source',
        items.map((item) => ({ name: sourceName(item.source), figures: item.figures })),
        next === null ? null : `${count(items.length)} of ${counted(result.count, 'source')} on this page.`,
      ),
    ],
    advice: address === null ? null : `Look at ${address}: is it yours?`,
    buttons: [
      ...(address === null
        ? []
        : [
            { label: address, command: ask('source', [address, domain], { from: range.from, to: range.to }) },
          ]),
      ...nextButton('sources', [domain], input, next),
      ...(failingFirst
        ? [follow('Largest first', 'sources', domain, range, input)]
        : [
            {
              label: 'Failing first',
              command: ask('sources', [domain], {
                ...filtersOf(input),
                order: 'failing',
                from: range.from,
                to: range.to,
              }),
            },
          ]),
      follow('Summary', 'summary', domain, range, {}),
      ...periodButtons('sources', [domain], range, input),
    ],
    form: null,
    footer: footer(range, input, now),
  };
}

/** The source with most failing messages, where the page shows that for sure; null where none fails. */
function worstOf(
  { items, next }: SourcesResult,
  failingFirst: boolean,
): SourcesResult['items'][number] | null {
  if (!failingFirst && next !== null) return null;
  const worst = items.toSorted((a, b) => failed(b) - failed(a))[0];
  return worst === undefined || failed(worst) === 0 ? null : worst;
}

function failed({ figures }: SourcesResult['items'][number]): number {
  return figures.messages - figures.dmarcPass;
}
