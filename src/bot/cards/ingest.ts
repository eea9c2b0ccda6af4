import type { IngestResult } from '../../core/operations/ingest.js';
import type { Card } from '../card.js';
import { count, counted } from '../figures.js';

const FILES_LISTED = 5;

/** What became of files that were taken in. */
export function ingestCard(result: IngestResult): Card {
  const { files, known, unopened, unopenedCount, documents, messages, problems, failed } = result;
  const bad = failed + documents.unreadable + unopenedCount;
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
            ? [{ name: 'Not stored', value: count(failed), note: 'kept, and tried again' }]
            : []),
          ...unopened
            .slice(0, FILES_LISTED)
            .map((one) => ({ name: 'Not opened', value: one.path, note: one.message })),
        ],
      },
      ...(unopenedCount > FILES_LISTED
        ? [
            {
              type: 'text' as const,
              text: `and ${counted(unopenedCount - FILES_LISTED, 'more file')} not opened`,
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

/** What became of documents, in one line. */
export function documentsText(documents: IngestResult['documents']): string {
  return `${count(documents.stored)} stored, ${count(documents.merged)} merged, ${counted(documents.duplicate, 'duplicate')}, ${count(documents.unreadable)} unreadable`;
}
