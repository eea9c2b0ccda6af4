import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { operation } from '../../core/operations/operation.js';
import { aboutCard } from '../cards/about.js';
import { command } from '../command.js';

const manifest = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
});

/** What this program is, as its package says. */
export type About = z.output<typeof manifest> & { readonly node: string };

export const about = command({
  name: 'about',
  aliases: ['version'],
  operation: operation({
    name: 'about',
    summary: 'Say which version answers here',
    role: 'viewer',
    effect: 'reads',
    input: z.strictObject({}),
    run: (): Promise<About> => {
      const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
      return Promise.resolve({ ...manifest.parse(JSON.parse(text)), node: process.versions.node });
    },
  }),
  positional: [],
  examples: ['about'],
  card: aboutCard,
});
