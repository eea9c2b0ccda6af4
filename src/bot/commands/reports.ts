import { reports as operation } from '../../core/operations/reports.js';
import { reportsCard } from '../cards/reports.js';
import { command } from '../command.js';

export const reports = command({
  name: 'reports',
  aliases: [],
  operation,
  positional: ['domain'],
  examples: ['reports example.com 7d', 'reports example.com reporter:google.com'],
  card: reportsCard,
});
