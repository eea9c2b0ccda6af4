import { retentionSet as operation } from '../../core/operations/retention.js';
import { retentionCard } from '../cards/retention.js';
import { command } from '../command.js';

export const retentionSet = command({
  name: 'retention-set',
  aliases: ['retention set'],
  operation,
  positional: [],
  examples: ['retention-set records:400 raw:90 failures:30', 'retention-set records:keep'],
  card: retentionCard,
});
