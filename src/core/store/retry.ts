/** SQLSTATE serialization_failure and deadlock_detected (PostgreSQL, Appendix A): begun anew, the same work goes through. */
const AGAIN: ReadonlySet<unknown> = new Set(['40001', '40P01']);
const RETRIES = 5;

/**
 * Does a transaction again that PostgreSQL ended because it and another waited for each other. `work` is all of it, and
 * leaves nothing behind when it throws.
 */
export async function afterDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!AGAIN.has((error as { code?: unknown }).code) || tries >= RETRIES) throw error;
    }
  }
}
