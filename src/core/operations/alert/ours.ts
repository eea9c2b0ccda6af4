import { z } from 'zod';
import { holdsNetwork, networkOf } from '../../alert/network.js';
import type { AlertRow } from '../../store/alerts.js';
import { addKnownSender } from '../../store/known-senders.js';
import type { Session } from '../../store/session.js';
import { domainField, sourceField, storableText } from '../fields.js';
import { knownDomain } from '../filter.js';
import { operation, OperationError, type Context } from '../operation.js';
import { actorOf, alertField, refuseLate, seenField } from './act.js';
import { endAlerts } from './end.js';
import { decidedAgain, knownAlert } from './group.js';

/** A network that is known from now on. */
export interface OursResult {
  readonly domain: string;
  /** In CIDR notation, as rules look at it: a lone address stands for its network. */
  readonly network: string;
  /** False where it was known before. */
  readonly changed: boolean;
  /** Alerts about it that were resolved by this. */
  readonly resolved: readonly number[];
}

export const ours = operation({
  name: 'ours',
  summary: 'Say that a source is yours: it is never new again, and alerts about it end',
  role: 'analyst',
  effect: 'changes',
  input: z.object({
    id: alertField.optional(),
    source: sourceField.optional(),
    domain: domainField.optional(),
    note: storableText(z.string().trim().min(1).max(1_000)).optional().describe('What it is'),
    seen: seenField,
  }),
  run: (context, input): Promise<OursResult> =>
    decidedAgain(() =>
      context.db.within(context.tenant, async (session) => {
        const about = await meant(context, session, input);
        const result = await markAsOurs(context, session, about, input.note ?? null);
        // Asked while nobody else changes alerts of the domain; what throws takes back what was done.
        if (about.alert !== null && input.seen !== undefined)
          await refuseLate(session, context.tenant, about.alert, input.seen, ['worse']);
        return result;
      }),
    ),
});

interface About {
  readonly domainId: number;
  readonly domain: string;
  readonly network: string;
  /** The alert that names it; null where it is named itself. */
  readonly alert: AlertRow | null;
}

interface Asked {
  readonly id?: number | undefined;
  readonly source?: string | undefined;
  readonly domain?: string | undefined;
}

/** What an alert is about, or what is named. */
async function meant(context: Context, session: Session, { id, source, domain }: Asked): Promise<About> {
  if (id !== undefined) {
    const alert = await knownAlert(session, context.tenant, id);
    const { sender, domainId, domain: name } = alert;
    if (sender !== null && domainId !== null && name !== null)
      return { domainId, domain: name, network: sender, alert };
    throw new OperationError(
      'no-sender',
      `Alert ${id} is about no single source. Name one: ours 192.0.2.0/24 domain:example.com`,
    );
  }
  if (source === undefined || domain === undefined)
    throw new OperationError(
      'no-sender',
      'Say which source is yours, by an alert or by its network and domain: ours 192.0.2.0/24 domain:example.com',
    );
  const row = await knownDomain(context, session, domain);
  return { domainId: row.id, domain: row.name, network: widened(source), alert: null };
}

/** Rules look at networks: what is narrower stands for all of its network. */
function widened(source: string): string {
  const [address = ''] = source.split('/');
  const network = networkOf(address);
  return network !== null && holdsNetwork(network, source) ? network : source;
}

async function markAsOurs(
  context: Context,
  session: Session,
  { domainId, domain, network }: About,
  note: string | null,
): Promise<OursResult> {
  const by = actorOf(context).name;
  const known = { domainId, network, note, at: context.now(), by };
  const resolved = await endAlerts(context, session, domainId, {
    which: ({ sender }) => sender !== null && holdsNetwork(network, sender),
    note: note ?? `${network} is ours.`,
  });
  return { domain, network, changed: await addKnownSender(session, context.tenant, known), resolved };
}
