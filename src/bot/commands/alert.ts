import { alert as operation } from '../../core/operations/alert/list.js';
import { alertDetailsCard } from '../cards/alert-details.js';
import { command } from '../command.js';

export const alert = command({
  name: 'alert',
  aliases: ['alert show'],
  operation,
  positional: ['id'],
  examples: ['alert 17'],
  card: alertDetailsCard,
});
