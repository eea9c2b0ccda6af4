import { ruleCreate as operation } from '../../core/operations/alert/rule-change.js';
import { ruleCard } from '../cards/rule.js';
import { command } from '../command.js';

export const ruleCreate = command({
  name: 'rule-create',
  aliases: ['rule create'],
  operation,
  positional: ['rule', 'kind', 'domain'],
  examples: ['rule-create shop-failures failure-rate example.com set:share=5% severity:critical'],
  card: ruleCard,
});
