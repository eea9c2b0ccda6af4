import { rulesTest as operation } from '../../core/operations/alert/rules-test.js';
import { rulesTestCard } from '../cards/rules-test.js';
import { command } from '../command.js';

export const rulesTest = command({
  name: 'rules-test',
  aliases: ['rules test'],
  operation,
  positional: ['rule', 'domain'],
  examples: ['rules-test', 'rules-test failure-rate example.com', 'rules-test days:30'],
  card: rulesTestCard,
});
