import { exportFile as operation } from '../../core/operations/export-file.js';
import { exportCard, exportedFile } from '../cards/export.js';
import { command } from '../command.js';

export const exportCommand = command({
  name: 'export',
  aliases: ['csv'],
  operation,
  positional: ['kind', 'domain'],
  examples: ['export reports example.com 30d', 'export sources example.com', 'export records example.com 7d'],
  card: exportCard,
  file: exportedFile,
});
