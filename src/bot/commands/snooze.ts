import { snooze as operation } from '../../core/operations/alert/transitions.js';
import { snoozedCard } from '../cards/alert-changed.js';
import { command } from '../command.js';

export const snooze = command({
  name: 'snooze',
  aliases: [],
  operation,
  positional: ['id', 'hours'],
  examples: ['snooze 17 4', 'snooze 17 0'],
  card: snoozedCard,
});
