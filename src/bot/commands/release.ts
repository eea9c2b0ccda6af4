import { release as operation } from '../../core/operations/domains.js';
import { claimCard } from '../cards/claim.js';
import { command } from '../command.js';

export const release = command({
  name: 'release',
  aliases: [],
  operation,
  positional: ['domain'],
  examples: ['release example.com'],
  card: claimCard,
});
