import { digestPreview as operation } from '../../core/operations/digest/preview.js';
import { digestPreviewCard } from '../cards/digests.js';
import { command } from '../command.js';

export const digestPreview = command({
  name: 'digest-preview',
  aliases: ['digest preview'],
  operation,
  positional: ['of'],
  examples: ['digest-preview weekly', 'digest-preview 3'],
  card: digestPreviewCard,
});
