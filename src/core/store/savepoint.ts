import type { Session } from './session.js';

/** Marks a place in the transaction to which it can go back, until `backTo` or `release`. */
export async function savepoint(session: Session): Promise<void> {
  await session.run('SAVEPOINT place');
}

/** Undoes what was done since the place was marked, and forgets the place. */
export async function backTo(session: Session): Promise<void> {
  await session.run('ROLLBACK TO SAVEPOINT place');
  await release(session);
}

/** Forgets the place, so that the next one is not marked within it. */
export async function release(session: Session): Promise<void> {
  await session.run('RELEASE SAVEPOINT place');
}
