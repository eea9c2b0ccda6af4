import { channelSet as operation } from '../../core/operations/alert/channel-set.js';
import { channelSetCard } from '../cards/channel.js';
import { command } from '../command.js';

export const channelSet = command({
  name: 'channel-set',
  aliases: ['channel set'],
  operation,
  positional: ['name'],
  examples: ['channel-set ops quiet:22:00-07:00 zone:Europe/Berlin', 'channel-set mail severity:critical'],
  card: channelSetCard,
});
