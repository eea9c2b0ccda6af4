import type { IngestContext, Log } from '../core/ingest/context.js';
import type { ReportSource } from '../core/intake/source.js';
import { answerSource, changeSource, registerSource, sourceWishes } from '../core/store/source-state.js';
import { createAsks, type Asks } from './asks.js';
import { hostOf } from './host.js';
import { troubleOf } from './trouble.js';

/** Before a source that failed is run again: doubled each time, up to the longest. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** A run that lasted so long was not a failed start: the pauses begin anew. */
const LASTING_MS = 60_000;

/** A source at work. */
export interface Running {
  /** Somebody wants it to look now. */
  ask(): void;
  /** Resolves when it has ended after its signal aborted. Never rejects. */
  readonly done: Promise<void>;
}

/** Runs a source until the signal aborts; when it fails, that is in its state, and it is run again after a pause. */
export function runSource(context: IngestContext, source: ReportSource, signal: AbortSignal): Running {
  const log = context.log.child({ source: source.name });
  const asks: Asks = createAsks(() => answerWishes(context, source.name, asks, signal), log);
  const done = keepRunning(context, source, asks, signal, log).catch((error: unknown) =>
    log.error('a source cannot be run', { error }),
  );
  return { ask: asks.ask, done };
}

async function keepRunning(
  context: IngestContext,
  source: ReportSource,
  asks: Asks,
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  const { tenant, db, now } = context;
  const host = hostOf(context, source, { onAsk: asks.takenBy, reads: false, signal });
  for (let pause = FIRST_PAUSE_MS; !signal.aborted;) {
    const began = performance.now();
    try {
      await db.within(tenant, (session) => registerSource(session, tenant, source));
      // Somebody may have wished while nobody ran it.
      asks.ask();
      await source.run(host, signal).finally(asks.left);
    } catch (error) {
      if (signal.aborted) return;
      const trouble = troubleOf(error, log);
      log.warn('a source is in trouble', { ...trouble });
      await db
        .within(tenant, (session) => changeSource(session, tenant, source.name, { trouble }, now()))
        .catch(() => {}); // Where the database is the trouble, the log has it.
    }
    asks.ended();
    if (performance.now() - began > LASTING_MS) pause = FIRST_PAUSE_MS;
    // Many that failed for the same reason shall not all come back at the same moment.
    await asks.pause(pause * (0.8 + 0.4 * Math.random()), signal);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  }
}

/** Has the source look, where somebody waits for that, and says so to them. */
async function answerWishes(
  { tenant, db }: IngestContext,
  name: string,
  asks: Asks,
  signal: AbortSignal,
): Promise<void> {
  const { asked, answered } = await db.within(tenant, (session) => sourceWishes(session, tenant, name));
  if (asked <= answered) return;
  await asks.look(signal);
  if (!signal.aborted) await db.within(tenant, (session) => answerSource(session, tenant, name, asked));
}
