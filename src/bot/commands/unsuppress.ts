import { unsuppress as operation } from '../../core/operations/alert/suppress.js';
import { unsuppressedCard } from '../cards/suppressions.js';
import { command } from '../command.js';

export const unsuppress = command({
  name: 'unsuppress',
  aliases: ['unsilence'],
  operation,
  positional: ['id'],
  examples: ['unsuppress 3'],
  card: unsuppressedCard,
});
