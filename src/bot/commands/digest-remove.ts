import { digestRemove as operation } from '../../core/operations/digest/subscribe.js';
import { digestRemovedCard } from '../cards/digests.js';
import { command } from '../command.js';

export const digestRemove = command({
  name: 'digest-remove',
  aliases: ['digest remove', 'unsubscribe', 'digest unsubscribe'],
  operation,
  positional: ['id'],
  examples: ['digest-remove 3'],
  card: digestRemovedCard,
});
