import type { Reprocessed } from '../../core/ingest/reprocess.js';
import type { IngestResult } from '../../core/operations/ingest.js';
import type { ProblemItem, ProblemsResult, StatusResult } from '../../core/operations/intake.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Button, Card, CardPart, Tone } from '../card.js';
import { ago, count, counted, moment } from '../figures.js';
import { nextButton } from './parts.js';

const CODES_LISTED = 8;
const FILES_LISTED = 5;
/** Reports come daily; after so long without any, intake is likely broken. */
const SILENT_MS = 3 * 86_400_000;

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
        : `${counted(total, 'problem')} over all documents${most === undefined ? '' : `; most often ${most.code} (${count(most.count)})`}.`,
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
  const file = item.member === null ? item.name : `${item.name}: ${item.member}`;
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

/** Whether reports come in and are read. */
export function statusCard(result: StatusResult, _input: unknown, now: Date): Card {
  const { pending, processed, failed, lastReceived, domains, failures } = result;
  const silent = lastReceived !== null && now.getTime() - Date.parse(lastReceived) > SILENT_MS;
  const tone: Tone = failed > 0 ? 'bad' : silent ? 'warning' : lastReceived === null ? 'neutral' : 'good';
  const came =
    lastReceived === null ? 'Nothing has come in yet.' : `The last document came ${ago(lastReceived, now)}.`;
  return {
    title: 'Status',
    tone,
    verdict: [
      came,
      failed > 0 ? `${counted(failed, 'document')} could not be stored.` : null,
      pending > 0 ? `${counted(pending, 'document')} ${pending === 1 ? 'waits' : 'wait'}.` : null,
      failed === 0 && pending === 0 && lastReceived !== null ? 'All are read and stored.' : null,
    ]
      .filter((sentence) => sentence !== null)
      .join(' '),
    parts: [
      {
        type: 'facts',
        facts: [
          { name: 'Last received', value: lastReceived === null ? 'never' : moment(lastReceived) },
          {
            name: 'Files and mails',
            value: `${count(processed)} processed, ${count(pending)} pending, ${count(failed)} failed`,
          },
          {
            name: 'Reports stored',
            value: `${count(result.aggregate)} aggregate, ${count(result.failure)} failure, ${count(result.tls)} TLS`,
          },
          {
            name: 'Seen before',
            value: `${count(result.duplicates)} exact resends, ${count(result.merged)} merged`,
          },
          {
            name: 'Unreadable',
            value: count(result.unreadable),
            ...(result.unreadable > 0 ? { note: 'kept with their error: see problems' } : {}),
          },
          { name: 'Domains', value: `${count(domains.seen)} seen, ${count(domains.claimed)} claimed` },
        ],
      },
      ...(failures.length === 0
        ? []
        : [
            {
              type: 'facts' as const,
              facts: failures.map((one) => ({
                name: one.code,
                value: one.message,
                note: `${one.name}, ${moment(one.at)}`,
              })),
            },
          ]),
    ],
    advice:
      lastReceived === null
        ? 'Take reports in, such as: ingest reports/'
        : silent
          ? 'Reports come daily: check the rua address and the mailbox or folder that takes them in.'
          : null,
    buttons: [
      { label: 'Summary', command: 'summary' },
      { label: 'Domains', command: 'domains' },
      { label: 'Problems', command: 'problems' },
      { label: 'Reports', command: 'reports' },
    ],
    footer: `as of ${moment(now.toISOString())}`,
  };
}

/** What became of files that were taken in. */
export function ingestCard(result: IngestResult): Card {
  const { files, known, unopened, documents, messages, problems, failed } = result;
  const bad = failed + documents.unreadable + unopened.length;
  const taken = documents.stored + documents.merged;
  return {
    title: 'Ingest',
    tone: failed > 0 ? 'bad' : bad > 0 ? 'warning' : files === 0 ? 'neutral' : 'good',
    verdict:
      files === 0 && unopened.length === 0
        ? 'There are no files below these paths.'
        : `${counted(taken, 'report')} taken in from ${counted(files, 'file')}: ${counted(messages, 'message')}.${
            bad === 0 ? '' : ` ${count(bad)} could not be read or stored.`
          }`,
    parts: [
      {
        type: 'facts',
        facts: [
          {
            name: 'Files',
            value: count(files),
            note: known === 0 ? 'all new' : `${count(known)} known already`,
          },
          {
            name: 'Documents',
            value: documentsText(documents),
          },
          {
            name: 'Problems',
            value: count(problems),
            ...(problems > 0 ? { note: 'repaired and listed' } : {}),
          },
          ...(failed > 0
            ? [{ name: 'Not stored', value: count(failed), note: 'kept, and tried again' }]
            : []),
          ...unopened
            .slice(0, FILES_LISTED)
            .map((one) => ({ name: 'Not opened', value: one.path, note: one.message })),
        ],
      },
      ...(unopened.length > FILES_LISTED
        ? [
            {
              type: 'text' as const,
              text: `and ${counted(unopened.length - FILES_LISTED, 'more file')} not opened`,
            },
          ]
        : []),
    ],
    advice: null,
    buttons: [
      { label: 'Summary', command: 'summary' },
      { label: 'Domains', command: 'domains' },
      ...(problems + bad > 0 ? [{ label: 'Problems', command: 'problems' }] : []),
      { label: 'Status', command: 'status' },
    ],
    footer: null,
  };
}

/** What reading stored documents again changed. */
export function reprocessCard(result: Reprocessed): Card {
  const { raws, documents, messages, problems, failed, domainDays } = result;
  const bad = failed + documents.unreadable;
  return {
    title: 'Reprocess',
    tone: bad > 0 ? 'warning' : raws === 0 ? 'neutral' : 'good',
    verdict:
      raws === 0
        ? 'There is no stored document to read again.'
        : `${counted(raws, 'document')} read again: ${counted(messages, 'message')}.${bad === 0 ? '' : ` ${count(bad)} could not be read or stored.`}`,
    parts: [
      {
        type: 'facts',
        facts: [
          { name: 'Documents', value: documentsText(documents) },
          { name: 'Figures made anew', value: counted(domainDays, 'domain-day') },
          { name: 'Problems', value: count(problems) },
        ],
      },
    ],
    advice: null,
    buttons: [
      { label: 'Status', command: 'status' },
      { label: 'Problems', command: 'problems' },
    ],
    footer: null,
  };
}

function documentsText(documents: IngestResult['documents']): string {
  return `${count(documents.stored)} stored, ${count(documents.merged)} merged, ${count(documents.duplicate)} duplicates, ${count(documents.unreadable)} unreadable`;
}
