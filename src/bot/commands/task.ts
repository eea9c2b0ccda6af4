import { task as operation } from '../../core/operations/tasks.js';
import { taskCard } from '../cards/tasks.js';
import { command } from '../command.js';

export const task = command({
  name: 'task',
  aliases: [],
  operation,
  positional: ['id'],
  examples: ['task 6f1c2f0e-0d3a-4a53-9a52-2f4f5a0f6a11'],
  card: taskCard,
});
