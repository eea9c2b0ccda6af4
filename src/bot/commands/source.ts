import { source as operation } from '../../core/operations/sources.js';
import { sourceCard } from '../cards/source.js';
import { command } from '../command.js';

export const source = command({
  name: 'source',
  aliases: ['ip'],
  operation,
  positional: ['source', 'domain'],
  examples: ['source 192.0.2.1', 'source 192.0.2.0/24 example.com 90d'],
  card: sourceCard,
});
