import { ruleEnable as operation } from '../../core/operations/alert/rule-change.js';
import { ruleCard } from '../cards/rule.js';
import { command } from '../command.js';

export const ruleEnable = command({
  name: 'rule-enable',
  aliases: ['rule enable'],
  operation,
  positional: ['rule', 'domain'],
  examples: ['rule-enable volume-spike'],
  card: ruleCard,
});
