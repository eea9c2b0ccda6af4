import { note as operation } from '../../core/operations/alert/transitions.js';
import { notedCard } from '../cards/alert-changed.js';
import { command } from '../command.js';

export const note = command({
  name: 'note',
  aliases: [],
  operation,
  positional: ['id', 'note'],
  examples: ['note 17 "asked the newsletter team"'],
  card: notedCard,
});
