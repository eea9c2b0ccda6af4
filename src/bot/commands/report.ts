import { report as operation } from '../../core/operations/reports.js';
import { reportCard } from '../cards/report.js';
import { command } from '../command.js';

export const report = command({
  name: 'report',
  aliases: [],
  operation,
  positional: ['report'],
  examples: ['report 42', 'report "the id that its reporter gave"'],
  card: reportCard,
});
