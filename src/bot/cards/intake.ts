import type { FetchedSource, FetchResult } from '../../core/operations/fetch.js';
import type { IntakeResult, SourceItem } from '../../core/operations/source-states.js';
import { ask } from '../ask.js';
import type { Card, CardPart, Fact, Tone } from '../card.js';
import { ago, count, counted, moment, type Moment } from '../figures.js';

/** More of them are counted, not shown. */
const SOURCES_SHOWN = 20;
const TROUBLES_SHOWN = 5;
const FAILURES_SHOWN = 5;

const HOW_TO_SET_UP =
  'Name a mailbox in IMAP_URL, a folder in WATCH_FOLDER, or several in the file that SOURCES names; or: ingest reports/';

/** How the mailboxes and folders fare that reports come by. */
export function intakeCard({ items }: IntakeResult, _input: unknown, now: Moment): Card {
  const troubled = items.filter(({ state }) => state === 'trouble').length;
  const resting = items.filter(({ state }) => state === 'not-running').length;
  if (items.length === 0)
    return {
      title: 'Intake',
      tone: 'neutral',
      verdict: 'No mailbox or folder is set up.',
      parts: [],
      advice: HOW_TO_SET_UP,
      buttons: [{ label: 'Status', command: 'status' }],
      form: null,
      footer: null,
    };
  return {
    title: 'Intake',
    tone: toneOf(items),
    verdict: `${[
      counted(items.length, 'source'),
      troubled === 0 ? 'none in trouble' : `${count(troubled)} in trouble`,
      resting === 0 ? null : `${count(resting)} not running`,
    ]
      .filter((part) => part !== null)
      .join(', ')}.`,
    parts: [sourceTable(items, now), ...troubleFacts(items, now), ...failureFacts(items, now)],
    advice:
      resting > 0 ? 'What is not running is looked at by fetch, or for good by the service: npm start' : null,
    buttons: [
      { label: 'Fetch now', command: 'fetch' },
      { label: 'Status', command: 'status' },
      { label: 'Problems', command: 'problems' },
    ],
    form: null,
    footer: `as of ${moment(now.toISOString(), now)}`,
  };
}

/** What a look at mailboxes and folders brought. */
export function fetchCard({ items, note }: FetchResult, _input: unknown, now: Moment): Card {
  const sum = (field: 'taken' | 'known' | 'failed') =>
    items.reduce((total, { brought }) => total + brought[field], 0);
  const looking = items.filter(({ outcome }) => outcome === 'looking').length;
  const nobody = items.filter(({ outcome }) => outcome === 'nobody');
  const failed = items.filter(({ state }) => state === 'trouble').length;
  return {
    title: 'Fetch',
    tone: nobody.length > 0 || failed > 0 ? 'bad' : sum('failed') > 0 ? 'warning' : 'good',
    verdict: [
      `${counted(sum('taken'), 'new file or mail', 'new files and mails')} from ${counted(items.length, 'source')}.`,
      failed === 0 ? null : `${count(failed)} in trouble.`,
      looking === 0 ? null : `${count(looking)} still looking.`,
      nobody.length === 0 ? null : `Nobody runs ${count(nobody.length)}.`,
    ]
      .filter((sentence) => sentence !== null)
      .join(' '),
    parts: [
      {
        type: 'facts',
        facts: items.slice(0, SOURCES_SHOWN).map((item) => ({ name: item.name, value: broughtText(item) })),
      },
      ...troubleFacts(items, now),
      ...(note === null ? [] : [{ type: 'text' as const, text: note }]),
    ],
    advice:
      nobody.length > 0
        ? 'Start the service with the same settings, or run fetch where they are set: dmarc-ops serve'
        : null,
    buttons: [
      ...(looking > 0
        ? [{ label: 'Ask again', command: ask('fetch', [items.length === 1 ? items[0]?.name : null], {}) }]
        : []),
      { label: 'Intake', command: 'intake' },
      { label: 'Problems', command: 'problems' },
    ],
    form: null,
    footer: `as of ${moment(now.toISOString(), now)}`,
  };
}

function broughtText({ outcome, brought, waiting }: FetchedSource): string {
  if (outcome === 'nobody') return 'nobody runs it';
  return [
    `${count(brought.taken)} new`,
    brought.known === 0 ? null : `${count(brought.known)} seen before`,
    brought.failed === 0 ? null : `${count(brought.failed)} failed`,
    waiting === 0 ? null : `${count(waiting)} waiting`,
    outcome === 'looking' ? 'still looking' : null,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

function toneOf(items: readonly SourceItem[]): Tone {
  if (items.some(({ state }) => state === 'trouble')) return 'bad';
  return items.some(({ state }) => state === 'not-running') ? 'warning' : 'good';
}

const STATES: Readonly<Record<SourceItem['state'], string>> = {
  good: 'good',
  trouble: 'in trouble',
  'not-running': 'not running',
};

function sourceTable(items: readonly SourceItem[], now: Moment): CardPart {
  const when = (iso: string | null) => (iso === null ? 'never' : ago(iso, now));
  return {
    type: 'table',
    title: null,
    columns: [
      { name: 'Source', align: 'left' },
      { name: 'State', align: 'left' },
      { name: 'Contact', align: 'right' },
      { name: 'Last report', align: 'right' },
      { name: 'Waiting', align: 'right' },
      { name: 'Failed', align: 'right' },
    ],
    rows: items
      .slice(0, SOURCES_SHOWN)
      .map((item) => [
        item.name,
        STATES[item.state],
        when(item.lastContact),
        when(item.lastReport),
        count(item.waiting),
        count(item.failed),
      ]),
    more: items.length > SOURCES_SHOWN ? `${count(items.length - SOURCES_SHOWN)} more sources.` : null,
  };
}

function troubleFacts(items: readonly SourceItem[], now: Moment): CardPart[] {
  const facts = items.flatMap(({ name, place, trouble }): Fact[] =>
    trouble === null
      ? []
      : [{ name, value: trouble.message, note: `${place}; began ${ago(trouble.since, now)}` }],
  );
  return facts.length === 0 ? [] : [{ type: 'facts', facts: facts.slice(0, TROUBLES_SHOWN) }];
}

function failureFacts(items: readonly SourceItem[], now: Moment): CardPart[] {
  const latest = items
    .flatMap((item) => item.failures.map((failure) => ({ ...failure, source: item.name })))
    .toSorted((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, FAILURES_SHOWN);
  if (latest.length === 0) return [];
  return [
    {
      type: 'facts',
      facts: latest.map((one) => ({
        name: one.code,
        value: one.message,
        note: `${one.source}: ${one.name}, ${moment(one.at, now)}`,
      })),
    },
  ];
}
