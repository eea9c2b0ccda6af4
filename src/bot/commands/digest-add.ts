import { digestAdd as operation } from '../../core/operations/digest/subscribe.js';
import { digestAddedCard } from '../cards/digests.js';
import { command } from '../command.js';

export const digestAdd = command({
  name: 'digest-add',
  aliases: ['digest add', 'subscribe', 'digest subscribe'],
  operation,
  positional: ['frequency'],
  examples: [
    'digest-add weekly time:09:00 zone:Europe/Berlin',
    'digest-add daily domains:example.com channel:ops',
  ],
  card: digestAddedCard,
});
