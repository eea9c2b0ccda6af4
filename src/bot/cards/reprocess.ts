import type { Reprocessed } from '../../core/ingest/reprocess.js';
import type { Card } from '../card.js';
import { count, counted } from '../figures.js';
import { documentsText } from './ingest.js';

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
    form: null,
    footer: null,
  };
}
