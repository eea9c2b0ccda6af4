import { takeFiles as operation } from '../../core/operations/chat/take-files.js';
import { uploadCard } from '../cards/upload.js';
import { command } from '../command.js';

export const upload = command({
  name: 'upload',
  aliases: [],
  operation,
  positional: [],
  examples: ['upload'],
  card: uploadCard,
  isPartial: ({ broken }) => broken !== null,
});
