import { ruleSet as operation } from '../../core/operations/alert/rule-change.js';
import { ruleCard } from '../cards/rule.js';
import { command } from '../command.js';

export const ruleSet = command({
  name: 'rule-set',
  aliases: ['rule set'],
  operation,
  positional: ['rule', 'domain'],
  examples: [
    'rule-set failure-rate set:"share=25% days=5"',
    'rule-set volume-drop example.com severity:critical channels:ops',
  ],
  card: ruleCard,
});
