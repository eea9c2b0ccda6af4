import { keys as operation } from '../../core/operations/keys.js';
import { keysCard } from '../cards/keys.js';
import { command } from '../command.js';

export const keys = command({
  name: 'keys',
  aliases: ['key', 'key list', 'key-list'],
  operation,
  positional: [],
  examples: ['keys'],
  card: keysCard,
});
