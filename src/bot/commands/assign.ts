import { assign as operation } from '../../core/operations/alert/transitions.js';
import { assignedCard } from '../cards/alert-changed.js';
import { command } from '../command.js';

export const assign = command({
  name: 'assign',
  aliases: [],
  operation,
  positional: ['id', 'to'],
  examples: ['assign 17', 'assign 17 ada@example.com', 'assign 17 nobody'],
  card: assignedCard,
});
