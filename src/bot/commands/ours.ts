import { ours as operation } from '../../core/operations/alert/ours.js';
import { oursCard } from '../cards/alert-changed.js';
import { command } from '../command.js';

export const ours = command({
  name: 'ours',
  aliases: ['this-is-ours'],
  operation,
  positional: ['id'],
  examples: ['ours 17', 'ours 192.0.2.0/24 domain:example.com'],
  card: oursCard,
});
