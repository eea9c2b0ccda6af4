import { fetch as operation } from '../../core/operations/fetch.js';
import { fetchCard } from '../cards/intake.js';
import { command } from '../command.js';

export const fetch = command({
  name: 'fetch',
  aliases: [],
  operation,
  positional: ['name'],
  examples: ['fetch', 'fetch mailbox'],
  card: fetchCard,
});
