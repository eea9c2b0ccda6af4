import { summary as operation } from '../../core/operations/summary.js';
import { summaryCard } from '../cards/summary.js';
import { command } from '../command.js';

export const summary = command({
  name: 'summary',
  aliases: ['sum'],
  operation,
  positional: ['domain'],
  examples: ['summary example.com 30d', 'summary last month', 'example.com 2026-01..2026-02'],
  card: summaryCard,
});
