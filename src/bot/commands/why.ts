import { why as operation } from '../../core/operations/alert/why.js';
import { whyCard } from '../cards/why.js';
import { command } from '../command.js';

export const why = command({
  name: 'why',
  aliases: [],
  operation,
  positional: ['id'],
  examples: ['why 17'],
  card: whyCard,
});
