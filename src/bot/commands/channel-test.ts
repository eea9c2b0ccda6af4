import { channelTest as operation } from '../../core/operations/alert/channel-set.js';
import { channelTestedCard } from '../cards/channel.js';
import { command } from '../command.js';

export const channelTest = command({
  name: 'channel-test',
  aliases: ['channel test'],
  operation,
  positional: ['name'],
  examples: ['channel-test ops'],
  card: channelTestedCard,
});
