import { redrive as operation } from '../../core/operations/tasks.js';
import { redriveCard } from '../cards/tasks.js';
import { command } from '../command.js';

export const redrive = command({
  name: 'redrive',
  aliases: [],
  operation,
  positional: ['id'],
  examples: ['redrive 6f1c2f0e-0d3a-4a53-9a52-2f4f5a0f6a11', 'redrive all:yes'],
  card: redriveCard,
});
