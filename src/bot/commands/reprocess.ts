import { reprocess as operation } from '../../core/operations/reprocess.js';
import { reprocessCard } from '../cards/reprocess.js';
import { command } from '../command.js';

export const reprocess = command({
  name: 'reprocess',
  aliases: [],
  operation,
  positional: ['domain'],
  examples: ['reprocess', 'reprocess failed:yes'],
  card: reprocessCard,
});
