import { channelResume as operation } from '../../core/operations/alert/channel-set.js';
import { channelResumedCard } from '../cards/channel.js';
import { command } from '../command.js';

export const channelResume = command({
  name: 'channel-resume',
  aliases: ['channel resume', 'unpark'],
  operation,
  positional: ['name'],
  examples: ['channel-resume ops'],
  card: channelResumedCard,
});
