import { alignment as operation } from '../../core/operations/series.js';
import { alignmentCard } from '../cards/alignment.js';
import { command } from '../command.js';

export const alignment = command({
  name: 'alignment',
  aliases: ['align'],
  operation,
  positional: ['domain'],
  examples: ['alignment example.com 30d'],
  card: alignmentCard,
});
