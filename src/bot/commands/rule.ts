import { rule as operation } from '../../core/operations/alert/rules.js';
import { ruleCard } from '../cards/rule.js';
import { command } from '../command.js';

export const rule = command({
  name: 'rule',
  aliases: [],
  operation,
  positional: ['rule', 'domain'],
  examples: ['rule failure-rate', 'rule failure-rate example.com'],
  card: ruleCard,
});
