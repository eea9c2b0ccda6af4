import { retention as operation } from '../../core/operations/retention.js';
import { retentionCard } from '../cards/retention.js';
import { command } from '../command.js';

export const retention = command({
  name: 'retention',
  aliases: [],
  operation,
  positional: [],
  examples: ['retention'],
  card: retentionCard,
});
