import { ruleDisable as operation } from '../../core/operations/alert/rule-change.js';
import { ruleCard } from '../cards/rule.js';
import { command } from '../command.js';

export const ruleDisable = command({
  name: 'rule-disable',
  aliases: ['rule disable'],
  operation,
  positional: ['rule', 'domain'],
  examples: ['rule-disable volume-spike', 'rule-disable new-source example.com'],
  card: ruleCard,
});
