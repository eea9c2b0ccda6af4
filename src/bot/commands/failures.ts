import { failures as operation } from '../../core/operations/series.js';
import { failuresCard } from '../cards/failures.js';
import { command } from '../command.js';

export const failures = command({
  name: 'failures',
  aliases: ['failure trend', 'trend'],
  operation,
  positional: ['domain'],
  examples: ['failures example.com 90d'],
  card: failuresCard,
});
