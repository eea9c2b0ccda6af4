import type { DomainsResult } from '../../core/operations/domains.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Card } from '../card.js';
import { count, counted, percent, dayText, type Moment } from '../figures.js';
import { footer, noMessagesCard, passSentence, passTone } from './parts.js';
import { filterText, nextButton, periodButtons } from './questions.js';

/** Domains that reports speak of, a page of them. */
export function domainsCard(result: DomainsResult, input: Asked, now: Moment): Card {
  const { items, range, next } = result;
  if (items.length === 0 && filterText(input) !== null)
    return noMessagesCard({
      title: 'Domains',
      of: 'any domain',
      range,
      input,
      now,
      buttons: periodButtons('domains', [], range, input),
    });
  if (items.length === 0)
    return {
      title: 'Domains',
      tone: 'neutral',
      verdict: 'No report has come in yet, so no domain is known.',
      parts: [],
      advice: 'Take reports in, such as: ingest reports/',
      buttons: [{ label: 'Status', command: 'status' }],
      form: null,
      footer: null,
    };
  const claimed = items.filter((item) => item.claimed).length;
  const failing = items
    .filter(({ figures }) => figures.messages > 0 && passTone(figures) !== 'good')
    .toSorted(
      (a, b) => b.figures.messages - b.figures.dmarcPass - (a.figures.messages - a.figures.dmarcPass),
    );
  const worst = failing[0] ?? items.toSorted((a, b) => b.figures.messages - a.figures.messages)[0];
  return {
    title: 'Domains',
    tone: failing.length > 0 ? 'warning' : 'good',
    verdict: `${counted(items.length, 'domain')}${next === null ? '' : ' on this page'}, ${count(claimed)} claimed. ${stateOf(failing)}`,
    parts: [
      {
        type: 'table',
        title: null,
        columns: [
          { name: 'Domain', align: 'left' },
          { name: 'Messages', align: 'right' },
          { name: 'Pass', align: 'right' },
          { name: 'Policy', align: 'left' },
          { name: 'Last report', align: 'left' },
          { name: 'Claimed', align: 'left' },
        ],
        rows: items.map(({ domain, figures, policy, lastReport, claimed: mine }) => [
          domain,
          count(figures.messages),
          percent(figures.dmarcPass, figures.messages),
          policy?.p ?? '–',
          lastReport === null ? '–' : dayText(lastReport.slice(0, 10), now),
          mine ? 'yes' : 'no',
        ]),
        more: next === null ? null : 'There are more.',
      },
    ],
    advice:
      failing[0] === undefined ? null : `Look at ${failing[0].domain}: ${passSentence(failing[0].figures)}`,
    buttons: [
      ...(worst === undefined
        ? []
        : [
            {
              label: worst.domain,
              command: ask('summary', [worst.domain], { from: range.from, to: range.to }),
            },
          ]),
      ...nextButton('domains', [], input, next),
      { label: 'All together', command: ask('summary', [], { from: range.from, to: range.to }) },
      ...periodButtons('domains', [], range, input),
    ],
    form: null,
    footer: footer(range, input, now),
  };
}

function stateOf(failing: DomainsResult['items']): string {
  if (failing.length === 0) return 'All with mail pass well.';
  return failing.length === 1 ? 'One does not pass well.' : `${count(failing.length)} do not pass well.`;
}
