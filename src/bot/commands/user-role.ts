import { userRole as operation } from '../../core/operations/users.js';
import { userRoleCard } from '../cards/user.js';
import { command } from '../command.js';

export const userRole = command({
  name: 'user-role',
  aliases: ['user role', 'role'],
  operation,
  positional: ['email', 'role'],
  examples: ['user-role ada@example.com analyst'],
  card: userRoleCard,
});
