import { unacknowledge as operation } from '../../core/operations/alert/transitions.js';
import { unacknowledgedCard } from '../cards/alert-changed.js';
import { command } from '../command.js';

export const unacknowledge = command({
  name: 'unacknowledge',
  aliases: ['unack'],
  operation,
  positional: ['id', 'note'],
  examples: ['unacknowledge 17'],
  card: unacknowledgedCard,
});
