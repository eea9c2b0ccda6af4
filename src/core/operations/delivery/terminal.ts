import { lastDeliveryNote, terminalNotes, type TerminalNote } from '../../store/delivery-log.js';
import type { Context } from '../operation.js';

export type { TerminalNote };

/** Where to begin to read what is said in terminals. */
export function terminalStart({ db, tenant }: Context): Promise<number> {
  return db.reading(tenant, (session) => lastDeliveryNote(session, tenant));
}

/** What was said in terminals after a place in the log, oldest first; the last so many. */
export function terminalNews({ db, tenant }: Context, after: number, most: number): Promise<TerminalNote[]> {
  return db.reading(tenant, (session) => terminalNotes(session, tenant, after, most));
}
