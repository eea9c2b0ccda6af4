import type { SourceResult } from '../../core/operations/sources.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Card, CardPart, Fact } from '../card.js';
import { count, counted, dayText, type Moment } from '../figures.js';
import { daysChart, figureFacts, footer, noMessagesCard, passSentence, passTone } from './parts.js';
import { follow, periodButtons } from './questions.js';
import { shortTable } from './tables.js';

/** The largest; all of them are another question. */
const REPORTERS_LISTED = 5;

/** One source: what it sends, in whose name, and what DKIM and SPF found. */
export function sourceCard(result: SourceResult, input: Asked, now: Moment): Card {
  const { source, domain, range, figures } = result;
  const { source: _source, ...others } = input;
  const reporters = result.reporters.slice(0, REPORTERS_LISTED);
  const title = domain === null ? `Source ${source}` : `Source ${source} of ${domain}`;
  if (figures.messages === 0)
    return noMessagesCard({
      title,
      of: source,
      range,
      input: others,
      now,
      remark:
        result.lastSeen === null
          ? 'It was never seen.'
          : `It last sent on ${dayText(result.lastSeen, now)} (UTC).`,
      buttons: [
        ...periodButtons('source', [source, domain], range, others),
        { label: '1 year', command: ask('source', [source, domain], { days: 365 }) },
      ],
    });
  return {
    title,
    tone: passTone(figures),
    verdict: `${passSentence(figures)} ${whatFails(result)}`.trim(),
    parts: [
      { type: 'facts', facts: [...figureFacts(figures, null), ...seenFacts(result, now)] },
      ...daysChart(result.series),
      ...authTable(result),
      ...(domain === null
        ? [
            shortTable(
              'Domains',
              'Domain',
              result.domains.map((one) => ({ name: one.domain, figures: one.figures })),
              moreOf(result.domainCount - result.domains.length, 'domain'),
            ),
          ]
        : []),
      shortTable(
        'Reporters',
        'Reporter',
        reporters.map((one) => ({ name: one.reporter, figures: one.figures })),
        moreOf(result.reporterCount - reporters.length, 'reporter'),
      ),
    ],
    advice: adviceOn(result),
    buttons: [
      ...(domain === null && result.domains[0] !== undefined
        ? [follow(result.domains[0].domain, 'summary', result.domains[0].domain, range, {})]
        : [follow('Summary', 'summary', domain, range, {})]),
      ...(domain === null && result.domainCount > result.domains.length
        ? [follow('All its domains', 'domains', null, range, input)]
        : []),
      ...(result.reporterCount > reporters.length
        ? [follow('All its reporters', 'reporters', domain, range, input)]
        : []),
      follow('All sources', 'sources', domain, range, {}),
      ...periodButtons('source', [source, domain], range, others),
    ],
    form: null,
    footer: footer(range, others, now),
  };
}

function moreOf(more: number, what: string): string | null {
  return more > 0 ? `and ${counted(more, `more ${what}`)}` : null;
}

function whatFails({ figures }: SourceResult): string {
  if (figures.dmarcPass === figures.messages) return '';
  if (figures.dkimAligned === 0 && figures.spfAligned === 0) return 'Neither DKIM nor SPF is aligned.';
  if (figures.dkimAligned === 0) return 'DKIM is never aligned.';
  return figures.spfAligned === 0 ? 'SPF is never aligned.' : '';
}

/** A forwarder breaks SPF and keeps DKIM; a service that was not set up passes neither. */
function adviceOn({ figures, authResults }: SourceResult): string | null {
  if (figures.dmarcPass === figures.messages) return null;
  const passesForAnother = authResults.some((one) => one.result === 'pass');
  if (figures.dmarcPass > 0)
    return 'Part of its mail passes: compare which DKIM keys and envelope domains it uses.';
  return passesForAnother
    ? 'It authenticates as another domain: if it is your service, let it sign as yours; if not, a stricter policy stops it.'
    : 'It authenticates as nobody: most likely spoofing, unless you know it.';
}

function seenFacts({ firstSeen, lastSeen }: SourceResult, now: Moment): Fact[] {
  if (firstSeen === null || lastSeen === null) return [];
  return [
    {
      name: 'Seen',
      value: `${dayText(firstSeen, now)} to ${dayText(lastSeen, now)} (UTC)`,
      note: 'over all time',
    },
  ];
}

function authTable({ authResults }: SourceResult): CardPart[] {
  if (authResults.length === 0) return [];
  return [
    {
      type: 'table',
      title: 'What DKIM and SPF found',
      columns: [
        { name: 'Check', align: 'left' },
        { name: 'Domain', align: 'left' },
        { name: 'Selector or scope', align: 'left' },
        { name: 'Result', align: 'left' },
        { name: 'Messages', align: 'right' },
      ],
      rows: authResults.map((one) => [
        one.type,
        one.domain ?? '–',
        one.selector ?? one.scope ?? '–',
        one.result ?? '–',
        count(one.messages),
      ]),
      more: null,
    },
  ];
}
