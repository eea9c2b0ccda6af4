import { acknowledge as operation } from '../../core/operations/alert/transitions.js';
import { acknowledgedCard } from '../cards/alert-changed.js';
import { command } from '../command.js';

export const acknowledge = command({
  name: 'acknowledge',
  aliases: ['ack'],
  operation,
  positional: ['id', 'note'],
  examples: ['acknowledge 17'],
  card: acknowledgedCard,
});
