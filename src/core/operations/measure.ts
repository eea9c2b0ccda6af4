import {
  measureStored as storedOf,
  measureWaiting,
  type StoredMeasures,
  type WaitingMeasures,
} from '../store/measures.js';
import { sourceRows } from '../store/source-state.js';
import { queueFigures } from '../store/tasks.js';
import type { Session } from '../store/session.js';
import { allTenants } from '../store/tenants.js';
import type { SystemContext } from './operation.js';

/** Numbers of one tenant, named: how work stands. */
export interface Measured extends WaitingMeasures {
  readonly tenant: string;
  readonly queues: readonly {
    readonly queue: string;
    readonly waiting: number;
    readonly active: number;
    readonly retrying: number;
    /** Seconds since the oldest of these was queued; 0 where there is none. */
    readonly oldestSeconds: number;
  }[];
  readonly sources: readonly {
    readonly name: string;
    readonly kind: string;
    /** Null where it never had any. */
    readonly lastContact: Date | null;
    readonly inTrouble: boolean;
  }[];
}

/** How work stands with all tenants, for whoever runs the service: no operation, as it asks for no tenant. */
export async function measure(system: SystemContext): Promise<readonly Measured[]> {
  const tenants = await system.db.across((session) => allTenants(session));
  const measured: Measured[] = [];
  for (const { id, name } of tenants)
    measured.push(await system.db.within(id, (session) => measureOne(session, { id, name }, system.now())));
  return measured;
}

/** What one tenant has in all, named. */
export interface Stored extends StoredMeasures {
  readonly tenant: string;
}

/** What all tenants have; takes time that grows with it (a few 100 ms for a million documents). */
export async function measureStored(system: SystemContext): Promise<readonly Stored[]> {
  const tenants = await system.db.across((session) => allTenants(session));
  const measured: Stored[] = [];
  for (const { id, name: tenant } of tenants)
    measured.push({ tenant, ...(await system.db.reading(id, (session) => storedOf(session, id))) });
  return measured;
}

async function measureOne(
  session: Session,
  { id, name }: { readonly id: number; readonly name: string },
  now: Date,
): Promise<Measured> {
  const queues = await queueFigures(session, id);
  const sources = await sourceRows(session, id);
  return {
    tenant: name,
    ...(await measureWaiting(session, id, now)),
    queues: queues.map(({ oldest, ...queue }) => ({
      ...queue,
      oldestSeconds: oldest === null ? 0 : Math.max(0, (now.getTime() - oldest.getTime()) / 1_000),
    })),
    sources: sources.map(({ name: source, kind, lastContact, trouble }) => ({
      name: source,
      kind,
      lastContact,
      inTrouble: trouble !== null,
    })),
  };
}
