import { problems as operation } from '../../core/operations/intake.js';
import { problemsCard } from '../cards/problems.js';
import { command } from '../command.js';

export const problems = command({
  name: 'problems',
  aliases: [],
  operation,
  positional: ['domain'],
  examples: ['problems', 'problems example.com', 'problems code:count-negative'],
  card: problemsCard,
});
