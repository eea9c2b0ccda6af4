import { channelAdd as operation } from '../../core/operations/alert/channel-add.js';
import { channelAddedCard } from '../cards/channel.js';
import { command } from '../command.js';

export const channelAdd = command({
  name: 'channel-add',
  aliases: ['channel add', 'add-channel'],
  operation,
  positional: ['name'],
  examples: [
    'channel-add ops',
    'channel-add mail kind:email to:ada@example.com,bob@example.com severity:warning',
    'channel-add pager kind:webhook url:https://hooks.example.com/alerts',
  ],
  card: channelAddedCard,
});
