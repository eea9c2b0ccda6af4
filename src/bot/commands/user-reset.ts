import { userReset as operation } from '../../core/operations/passwords.js';
import { userResetCard } from '../cards/user.js';
import { command } from '../command.js';

export const userReset = command({
  name: 'user-reset',
  aliases: ['user reset'],
  operation,
  positional: ['email'],
  examples: ['user-reset ada@example.com'],
  card: userResetCard,
});
