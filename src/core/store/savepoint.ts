import type { Session } from './session.js';

/** Marks a place in the transaction to which it can go back, in the place of the last one. */
export async function savepoint(session: Session): Promise<void> {
  await session.run('SAVEPOINT place');
}

/** Undoes what was done since the place was marked. */
export async function backTo(session: Session): Promise<void> {
  await session.run('ROLLBACK TO SAVEPOINT place');
}
