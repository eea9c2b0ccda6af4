import { workspaceRelease as operation } from '../../core/operations/chat/workspaces.js';
import { workspaceReleasedCard } from '../cards/workspaces.js';
import { command } from '../command.js';

export const workspaceRelease = command({
  name: 'workspace-release',
  aliases: ['workspace release'],
  operation,
  positional: ['platform', 'workspace'],
  examples: ['workspace-release slack T0123456789'],
  card: workspaceReleasedCard,
});
