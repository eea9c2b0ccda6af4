import { workspaces as operation } from '../../core/operations/chat/workspaces.js';
import { workspacesCard } from '../cards/workspaces.js';
import { command } from '../command.js';

export const workspaces = command({
  name: 'workspaces',
  aliases: ['workspace'],
  operation,
  positional: [],
  examples: ['workspaces'],
  card: workspacesCard,
});
