import { alerts as operation } from '../../core/operations/alert/list.js';
import { alertsCard } from '../cards/alerts.js';
import { command } from '../command.js';

export const alerts = command({
  name: 'alerts',
  aliases: [],
  operation,
  positional: [],
  examples: ['alerts', 'alerts state:all', 'alerts domain:example.com severity:critical'],
  card: alertsCard,
});
