import { tasks as operation } from '../../core/operations/tasks.js';
import { tasksCard } from '../cards/tasks.js';
import { command } from '../command.js';

export const tasks = command({
  name: 'tasks',
  aliases: [],
  operation,
  positional: [],
  examples: ['tasks'],
  card: tasksCard,
});
