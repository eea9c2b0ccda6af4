import { audit as operation } from '../../core/operations/audit.js';
import { auditCard } from '../cards/audit.js';
import { command } from '../command.js';

export const audit = command({
  name: 'audit',
  aliases: [],
  operation,
  positional: ['operation'],
  examples: ['audit 7d', 'audit user-role', 'audit actor:user:3 30d'],
  card: auditCard,
});
