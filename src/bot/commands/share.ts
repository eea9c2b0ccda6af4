import { z } from 'zod';
import { operation } from '../../core/operations/operation.js';
import { shareCard } from '../cards/share.js';
import { command } from '../command.js';

/** Alone it explains itself; before another command the bot reads it, and shows that answer to the channel. */
export const share = command({
  name: 'share',
  aliases: [],
  operation: operation({
    name: 'share',
    summary: 'Show an answer to the whole channel: write it before another command',
    role: 'viewer',
    effect: 'reads',
    input: z.object({ command: z.string().max(4_000).optional().describe('What to ask') }),
    run: ({ chat }): Promise<{ readonly alone: boolean }> =>
      Promise.resolve({ alone: chat === undefined || chat.platform === 'terminal' }),
  }),
  positional: [],
  examples: ['share'],
  card: shareCard,
});
