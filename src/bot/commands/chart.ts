import { chart as operation } from '../../core/operations/chart.js';
import { chartCard } from '../cards/chart.js';
import { command } from '../command.js';

export const chart = command({
  name: 'chart',
  aliases: [],
  operation,
  positional: ['kind', 'domain'],
  examples: ['chart timeline example.com 30d', 'chart sources example.com', 'chart policy 90d'],
  card: chartCard,
});
