import { ingest as operation } from '../../core/operations/ingest.js';
import { ingestCard } from '../cards/ingest.js';
import { command } from '../command.js';

export const ingest = command({
  name: 'ingest',
  aliases: [],
  operation,
  positional: ['paths'],
  examples: ['ingest reports/', 'ingest report.xml.gz mails/'],
  card: ingestCard,
  isPartial: ({ changedCount }) => changedCount > 0,
});
