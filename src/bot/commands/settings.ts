import { settings as operation } from '../../core/operations/chat/settings.js';
import { settingsCard } from '../cards/settings.js';
import { command } from '../command.js';

export const settings = command({
  name: 'settings',
  aliases: [],
  operation,
  positional: [],
  examples: ['settings'],
  card: settingsCard,
});
