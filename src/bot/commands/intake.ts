import { intake as operation } from '../../core/operations/source-states.js';
import { intakeCard } from '../cards/intake.js';
import { command } from '../command.js';

export const intake = command({
  name: 'intake',
  aliases: ['mailboxes'],
  operation,
  positional: [],
  examples: ['intake'],
  card: intakeCard,
});
