import type { IngestResult } from '../../core/operations/ingest.js';
import type { Card, CardPart } from '../card.js';
import { count, counted } from '../figures.js';

const FILES_LISTED = 5;

/** What became of files that were taken in. */
export function ingestCard(result: IngestResult): Card {
  const {
    files,
    known,
    unopened,
    unopenedCount,
    changed,
    changedCount,
    documents,
    messages,
    problems,
    failed,
  } = result;
  const bad = failed + documents.unreadable + unopenedCount + changedCount;
  const taken = documents.stored + documents.merged;
  return {
    title: 'Ingest',
    tone: failed > 0 ? 'bad' : bad > 0 ? 'warning' : files === 0 ? 'neutral' : 'good',
    verdict:
      files === 0 && unopenedCount === 0
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
            ? [{ name: 'Not stored', value: count(failed), note: 'kept, and given up after the last try' }]
            : []),
          ...unopened
            .slice(0, FILES_LISTED)
            .map((one) => ({ name: 'Not opened', value: one.path, note: one.message })),
          ...changed.slice(0, FILES_LISTED).map((path) => ({
            name: 'Not kept',
            value: path,
            note: 'It changed while it was read.',
          })),
        ],
      },
      ...notListed(unopenedCount, 'not opened'),
      ...notListed(changedCount, 'changed while they were read'),
    ],
    advice: adviceFor(result),
    buttons: [
      { label: 'Summary', command: 'summary' },
      { label: 'Domains', command: 'domains' },
      ...(failed > 0 ? [{ label: 'Dead letters', command: 'dead-letters' }] : []),
      ...(problems + bad > 0 ? [{ label: 'Problems', command: 'problems' }] : []),
      { label: 'Status', command: 'status' },
    ],
    form: null,
    footer: null,
  };
}

function notListed(total: number, what: string): CardPart[] {
  if (total <= FILES_LISTED) return [];
  return [{ type: 'text', text: `and ${counted(total - FILES_LISTED, 'more file')} ${what}` }];
}

function adviceFor({ failed, changedCount }: IngestResult): string | null {
  if (failed > 0) return 'See why: dead-letters. Then try what was not stored again: redrive all:yes';
  return changedCount > 0 ? 'Take what changed in again when nobody writes to it any more.' : null;
}

/** What became of documents, in one line. */
export function documentsText(documents: IngestResult['documents']): string {
  return `${count(documents.stored)} stored, ${count(documents.merged)} merged, ${counted(documents.duplicate, 'duplicate')}, ${count(documents.unreadable)} unreadable`;
}
