import type { Session } from './session.js';
import { storable } from './text.js';

/** Marks a network as a domain's own. False where it was marked before, by itself or within a larger one. */
export async function addKnownSender(
  session: Session,
  tenant: number,
  known: {
    readonly domainId: number;
    readonly network: string;
    readonly note: string | null;
    readonly at: Date;
    readonly by: string;
  },
): Promise<boolean> {
  const changed = await session.run(
    `INSERT INTO known_sender (tenant_id, domain_id, network, note, since, marked_by)
     SELECT $1, $2, network($3::inet), $4, $5, $6
     WHERE NOT EXISTS (SELECT FROM known_sender WHERE tenant_id = $1 AND domain_id = $2 AND network >>= $3::inet)
     ON CONFLICT (tenant_id, domain_id, network) DO NOTHING`,
    [
      tenant,
      known.domainId,
      known.network,
      known.note === null ? null : storable(known.note),
      known.at,
      storable(known.by),
    ],
  );
  return changed > 0;
}
