import { rotateSigningKey as operation } from '../../core/operations/sessions.js';
import { signingKeyCard } from '../cards/signing-key.js';
import { command } from '../command.js';

export const rotateSigningKey = command({
  name: 'rotate-signing-key',
  aliases: [],
  operation,
  positional: [],
  examples: ['rotate-signing-key'],
  card: signingKeyCard,
});
