import { domains as operation } from '../../core/operations/domains.js';
import { domainsCard } from '../cards/domains.js';
import { command } from '../command.js';

export const domains = command({
  name: 'domains',
  aliases: ['domain list'],
  operation,
  positional: [],
  examples: ['domains', 'domains 7d'],
  card: domainsCard,
});
