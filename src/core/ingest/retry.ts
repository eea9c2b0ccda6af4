/**
 * Transactions that store in several parts may deadlock with others; PostgreSQL ends one of them, and it starts anew.
 */
const DEADLOCK = '40P01';
const RETRIES = 5;

/** Does work again that a deadlock ended. */
export async function afterDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: unknown }).code !== DEADLOCK || tries >= RETRIES) throw error;
    }
  }
}
