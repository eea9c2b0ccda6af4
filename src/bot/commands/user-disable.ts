import { userDisable as operation } from '../../core/operations/users.js';
import { userDisabledCard } from '../cards/user.js';
import { command } from '../command.js';

export const userDisable = command({
  name: 'user-disable',
  aliases: ['user disable'],
  operation,
  positional: ['email'],
  examples: ['user-disable ada@example.com'],
  card: userDisabledCard,
});
