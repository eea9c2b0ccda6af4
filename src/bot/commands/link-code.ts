import { linkCode as operation } from '../../core/operations/chat/link-code.js';
import { linkCodeCard } from '../cards/workspaces.js';
import { command } from '../command.js';

export const linkCode = command({
  name: 'link-code',
  aliases: ['link code'],
  operation,
  positional: ['email'],
  examples: ['link-code ada@example.com', 'link-code ada@example.com binds:yes'],
  card: linkCodeCard,
});
