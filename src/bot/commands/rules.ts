import { rules as operation } from '../../core/operations/alert/rules.js';
import { rulesCard } from '../cards/rules.js';
import { command } from '../command.js';

export const rules = command({
  name: 'rules',
  aliases: [],
  operation,
  positional: ['domain'],
  examples: ['rules', 'rules example.com'],
  card: rulesCard,
});
