import { claim as operation } from '../../core/operations/domains.js';
import { claimCard } from '../cards/claim.js';
import { command } from '../command.js';

export const claim = command({
  name: 'claim',
  aliases: [],
  operation,
  positional: ['domain'],
  examples: ['claim example.com'],
  card: claimCard,
});
