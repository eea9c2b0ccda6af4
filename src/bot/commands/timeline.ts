import { timeline as operation } from '../../core/operations/series.js';
import { timelineCard } from '../cards/timeline.js';
import { command } from '../command.js';

export const timeline = command({
  name: 'timeline',
  aliases: ['days'],
  operation,
  positional: ['domain'],
  examples: ['timeline example.com 90d', 'timeline example.com reporter:google.com'],
  card: timelineCard,
});
