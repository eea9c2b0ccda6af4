import { settingsSet as operation } from '../../core/operations/chat/settings.js';
import { settingsSetCard } from '../cards/settings.js';
import { command } from '../command.js';

export const settingsSet = command({
  name: 'settings-set',
  aliases: ['settings set'],
  operation,
  positional: [],
  examples: ['settings-set domain:example.com zone:Europe/Berlin dates:iso', 'settings-set domain:none'],
  card: settingsSetCard,
});
