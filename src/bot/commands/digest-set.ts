import { digestSet as operation } from '../../core/operations/digest/subscribe.js';
import { digestSetCard } from '../cards/digests.js';
import { command } from '../command.js';

export const digestSet = command({
  name: 'digest-set',
  aliases: ['digest set'],
  operation,
  positional: ['id'],
  examples: ['digest-set 3 weekday:tuesday time:08:30', 'digest-set 3 enabled:no'],
  card: digestSetCard,
});
