import { userEnable as operation } from '../../core/operations/users.js';
import { userEnabledCard } from '../cards/user.js';
import { command } from '../command.js';

export const userEnable = command({
  name: 'user-enable',
  aliases: ['user enable'],
  operation,
  positional: ['email'],
  examples: ['user-enable ada@example.com'],
  card: userEnabledCard,
});
