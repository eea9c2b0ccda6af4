import { digests as operation } from '../../core/operations/digest/subscribe.js';
import { digestsCard } from '../cards/digests.js';
import { command } from '../command.js';

export const digests = command({
  name: 'digests',
  aliases: ['digest', 'digest list', 'digest-list'],
  operation,
  positional: [],
  examples: ['digests'],
  card: digestsCard,
});
