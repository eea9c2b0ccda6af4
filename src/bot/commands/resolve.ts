import { resolve as operation } from '../../core/operations/alert/transitions.js';
import { resolvedCard } from '../cards/alert-changed.js';
import { command } from '../command.js';

export const resolve = command({
  name: 'resolve',
  aliases: [],
  operation,
  positional: ['id', 'note'],
  examples: ['resolve 17 "the DKIM key was renewed"'],
  card: resolvedCard,
});
