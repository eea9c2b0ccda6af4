import { suppressions as operation } from '../../core/operations/alert/suppress.js';
import { suppressionsCard } from '../cards/suppressions.js';
import { command } from '../command.js';

export const suppressions = command({
  name: 'suppressions',
  aliases: ['silences'],
  operation,
  positional: [],
  examples: ['suppressions'],
  card: suppressionsCard,
});
