import { deadLetters as operation } from '../../core/operations/tasks.js';
import { deadLettersCard } from '../cards/tasks.js';
import { command } from '../command.js';

export const deadLetters = command({
  name: 'dead-letters',
  aliases: ['dead letters'],
  operation,
  positional: [],
  examples: ['dead-letters'],
  card: deadLettersCard,
});
