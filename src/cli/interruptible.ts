import { openSystem, type System, type SystemOptions } from '../system.js';
import { Interrupted } from './failure.js';

/**
 * Opens the system for a verb that may be told to end at any moment: then its work stops at its next step, and closing
 * leaves the embedded server as at any other end. `close` throws Interrupted then. A second signal ends the process at
 * once, and leaves the server to whoever comes next.
 */
export async function openInterruptible(options: Omit<SystemOptions, 'signal'>): Promise<System> {
  const interruption = new AbortController();
  const { signal } = interruption;
  // Elsewhere a hang-up may be ignored on purpose (nohup).
  const names: NodeJS.Signals[] = [
    'SIGINT',
    'SIGTERM',
    ...(process.stdin.isTTY ? (['SIGHUP'] as const) : []),
  ];
  const end = (name: NodeJS.Signals): void => {
    forget();
    interruption.abort(new Interrupted(name));
  };
  const forget = (): void => {
    for (const name of names) process.off(name, end);
  };
  for (const name of names) process.on(name, end);
  try {
    const system = await openSystem({ ...options, signal });
    const close = async (): Promise<void> => {
      await system.close();
      forget();
      signal.throwIfAborted();
    };
    return { ...system, close };
  } catch (error) {
    forget();
    // Ctrl-C reaches the programs of PostgreSQL too, whose trouble is none then.
    signal.throwIfAborted();
    throw error;
  }
}
