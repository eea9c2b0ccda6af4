import { userCreate as operation } from '../../core/operations/users.js';
import { userCreatedCard } from '../cards/user.js';
import { command } from '../command.js';

export const userCreate = command({
  name: 'user-create',
  aliases: ['user create'],
  operation,
  positional: ['email', 'role'],
  examples: ['user-create ada@example.com', 'user-create ada@example.com admin name:"Ada Lovelace"'],
  card: userCreatedCard,
});
