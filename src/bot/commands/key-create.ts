import { keyCreate as operation } from '../../core/operations/keys.js';
import { keyCreatedCard } from '../cards/keys.js';
import { command } from '../command.js';

export const keyCreate = command({
  name: 'key-create',
  aliases: ['key create'],
  operation,
  positional: ['name', 'role'],
  examples: ['key-create backup-script', 'key-create uploads analyst expires:2027-01-31'],
  card: keyCreatedCard,
});
