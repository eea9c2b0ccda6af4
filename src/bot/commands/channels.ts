import { channels as operation } from '../../core/operations/alert/channels.js';
import { channelsCard } from '../cards/channels.js';
import { command } from '../command.js';

export const channels = command({
  name: 'channels',
  aliases: ['channel', 'channel list', 'channel-list'],
  operation,
  positional: [],
  examples: ['channels'],
  card: channelsCard,
});
