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

/** SQLSTATE unique_violation (PostgreSQL, Appendix A). */
const TAKEN = '23505';

/**
 * Does something that another transaction may do at the same time. False where that one was faster and took a key that
 * this one inserts: then nothing was done.
 */
export async function unlessTaken(session: Session, work: () => Promise<unknown>): Promise<boolean> {
  await savepoint(session);
  try {
    await work();
  } catch (error) {
    // In any case: whoever marked a place further out goes back to the last one that is marked.
    await backTo(session);
    if ((error as { code?: unknown }).code === TAKEN) return false;
    throw error;
  }
  await release(session);
  return true;
}
