import { keyRevoke as operation } from '../../core/operations/keys.js';
import { keyRevokedCard } from '../cards/keys.js';
import { command } from '../command.js';

export const keyRevoke = command({
  name: 'key-revoke',
  aliases: ['key revoke'],
  operation,
  positional: ['name'],
  examples: ['key-revoke backup-script'],
  card: keyRevokedCard,
});
