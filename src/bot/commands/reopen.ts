import { reopen as operation } from '../../core/operations/alert/transitions.js';
import { reopenedCard } from '../cards/alert-changed.js';
import { command } from '../command.js';

export const reopen = command({
  name: 'reopen',
  aliases: [],
  operation,
  positional: ['id', 'note'],
  examples: ['reopen 17'],
  card: reopenedCard,
});
