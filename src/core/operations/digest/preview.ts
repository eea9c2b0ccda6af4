import { z } from 'zod';
import { SECTIONS, type DigestContent, type Section } from '../../digest/content.js';
import { PERIODS, type Period } from '../../digest/schedule.js';
import { windowNow } from '../../digest/window.js';
import { claimedDomains } from '../../store/digest-figures.js';
import { digestBefore } from '../../store/digests.js';
import type { Session } from '../../store/session.js';
import { domainField } from '../fields.js';
import { operation, type Context } from '../operation.js';
import { writtenSectionsField } from './fields.js';
import { gatherDigest } from './gather.js';
import { claimedIds, knownSubscription } from './subscription.js';

const DEFAULT_PERIOD: Period = 'weekly';

export interface PreviewResult {
  /** The subscription whose digest it would be; null for none. */
  readonly subscription: number | null;
  readonly content: DigestContent;
}

export const digestPreview = operation({
  name: 'digest-preview',
  summary: 'Show a digest as it would be now',
  role: 'viewer',
  effect: 'reads',
  input: z.object({
    of: z
      .string()
      .trim()
      .refine(
        (text) => /^[1-9]\d{0,8}$/u.test(text) || PERIODS.some((period) => period === text),
        `must be ${PERIODS.join(', ')}, or the number of a digest`,
      )
      .optional()
      .describe(`${PERIODS.join(', ')}, or the number of a digest; ${DEFAULT_PERIOD} when left out`),
    domain: domainField.optional().describe('Domain; all that are claimed when left out'),
    sections: writtenSectionsField.optional(),
  }),
  run: async (context, { of, domain, sections }): Promise<PreviewResult> => {
    const { db, tenant, now } = context;
    const asked = await db.within(tenant, (session) => askedFor(context, session, { of, domain }));
    const content = await gatherDigest(context, {
      ...asked,
      range: windowNow(asked.period, now()),
      sections: sections ?? asked.sections,
    });
    return { subscription: asked.subscription, content };
  },
});

interface AskedFor {
  readonly subscription: number | null;
  readonly period: Period;
  readonly sections: readonly Section[];
  readonly domains: Awaited<ReturnType<typeof claimedDomains>>;
  readonly last: DigestContent | null;
}

async function askedFor(
  context: Context,
  session: Session,
  { of, domain }: { readonly of: string | undefined; readonly domain: string | undefined },
): Promise<AskedFor> {
  const { tenant } = context;
  const named = PERIODS.find((period) => period === of);
  if (of === undefined || named !== undefined) {
    const ids = domain === undefined ? null : await claimedIds(context, session, [domain]);
    const domains = await claimedDomains(session, tenant, ids);
    return { subscription: null, period: named ?? DEFAULT_PERIOD, sections: SECTIONS, domains, last: null };
  }
  const row = await knownSubscription(context, session, Number(of));
  const { id, period, sections } = row;
  const domains = await claimedDomains(session, tenant, row.domains);
  const last = await digestBefore(session, tenant, id, context.now());
  return { subscription: id, period, sections, domains, last: last?.content ?? null };
}
