import { reporters as operation } from '../../core/operations/reports.js';
import { reportersCard } from '../cards/reporters.js';
import { command } from '../command.js';

export const reporters = command({
  name: 'reporters',
  aliases: [],
  operation,
  positional: ['domain'],
  examples: ['reporters example.com 30d'],
  card: reportersCard,
});
