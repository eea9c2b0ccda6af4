import { z } from 'zod';
import { reprocessRaw, type Reprocessed } from '../ingest/reprocess.js';
import { domainField } from './fields.js';
import { knownDomain } from './filter.js';
import { operation } from './operation.js';

export const reprocess = operation({
  name: 'reprocess',
  summary: 'Read stored documents again, as after a better reader, and make their figures anew',
  role: 'admin',
  effect: 'changes',
  local: true,
  input: z.object({
    domain: domainField.optional(),
    failed: z.boolean().default(false).describe('Only documents that could not be read or stored'),
  }),
  run: async (context, input): Promise<Reprocessed> => {
    const { tenant, db } = context;
    const domainId =
      input.domain === undefined
        ? null
        : await db.within(
            tenant,
            async (session) => (await knownDomain(context, session, input.domain ?? '')).id,
          );
    return reprocessRaw(context, { domainId, failedOnly: input.failed });
  },
});
