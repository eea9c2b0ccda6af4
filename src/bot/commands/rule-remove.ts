import { ruleRemove as operation } from '../../core/operations/alert/rule-change.js';
import { ruleRemovedCard } from '../cards/rule.js';
import { command } from '../command.js';

export const ruleRemove = command({
  name: 'rule-remove',
  aliases: ['rule remove'],
  operation,
  positional: ['rule', 'domain'],
  examples: ['rule-remove shop-failures', 'rule-remove failure-rate example.com'],
  card: ruleRemovedCard,
});
