import { users as operation } from '../../core/operations/users.js';
import { usersCard } from '../cards/users.js';
import { command } from '../command.js';

export const users = command({
  name: 'users',
  aliases: ['roles', 'user', 'user list', 'user-list'],
  operation,
  positional: [],
  examples: ['users'],
  card: usersCard,
});
