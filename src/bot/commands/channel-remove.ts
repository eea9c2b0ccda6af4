import { channelRemove as operation } from '../../core/operations/alert/channel-set.js';
import { channelRemovedCard } from '../cards/channel.js';
import { command } from '../command.js';

export const channelRemove = command({
  name: 'channel-remove',
  aliases: ['channel remove'],
  operation,
  positional: ['name'],
  examples: ['channel-remove ops'],
  card: channelRemovedCard,
});
