import { link as operation } from '../../core/operations/chat/link.js';
import { linkCard } from '../cards/chat.js';
import { command } from '../command.js';

export const link = command({
  name: 'link',
  aliases: [],
  operation,
  positional: ['code'],
  examples: ['link dml_CODE'],
  card: linkCard,
});
