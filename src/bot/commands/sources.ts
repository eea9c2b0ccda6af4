import { sources as operation } from '../../core/operations/sources.js';
import { sourcesCard } from '../cards/sources.js';
import { command } from '../command.js';

export const sources = command({
  name: 'sources',
  aliases: ['senders'],
  operation,
  positional: ['domain'],
  examples: [
    'sources example.com 30d',
    'sources example.com order:failing',
    'sources example.com source:192.0.2.0/24',
  ],
  card: sourcesCard,
});
