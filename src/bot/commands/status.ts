import { status as operation } from '../../core/operations/intake.js';
import { statusCard } from '../cards/status.js';
import { command } from '../command.js';

export const status = command({
  name: 'status',
  aliases: [],
  operation,
  positional: [],
  examples: ['status'],
  card: statusCard,
});
