import type { DigestContent } from '../../digest/content.js';
import { digestsToTell } from '../../store/digests.js';
import type { Context } from '../operation.js';

/** A digest as its channel shall show it. */
export interface DigestTold {
  readonly version: number;
  readonly content: DigestContent;
  /** Whether there is a newer one of the same subscription. */
  readonly superseded: boolean;
}

/** Digests by id, many at once; those that are gone are left out. */
export async function loadDigests(
  { db, tenant }: Context,
  ids: readonly number[],
): Promise<ReadonlyMap<number, DigestTold>> {
  const rows = await db.within(tenant, (session) => digestsToTell(session, tenant, ids));
  return new Map(rows.map(({ id, version, content, superseded }) => [id, { version, content, superseded }]));
}
