import { unlink as operation } from '../../core/operations/chat/link.js';
import { unlinkCard } from '../cards/chat.js';
import { command } from '../command.js';

export const unlink = command({
  name: 'unlink',
  aliases: [],
  operation,
  positional: [],
  examples: ['unlink'],
  card: unlinkCard,
});
