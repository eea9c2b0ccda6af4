import type { Connection } from './connection.js';
import type { Folders } from './folders.js';
import type { Fate } from './memory.js';
import { MailboxTrouble } from './trouble.js';

/**
 * How messages leave: by MOVE (RFC 6851); by a copy, a flag and EXPUNGE of these UIDs alone (UIDPLUS, RFC 4315); or
 * not at all, only marked, where EXPUNGE would also remove what others have flagged.
 */
export type Way = 'move' | 'copy' | 'mark' | 'mark-seen';

/** Keywords (RFC 9051 §2.3.2) for servers without MOVE and UIDPLUS. */
const TAKEN = 'DmarcOpsTaken';
const FAILED = 'DmarcOpsFailed';

/** The best way that the server and the open folder have. Throws MailboxTrouble where there is none. */
export async function wayOf(connection: Connection): Promise<Way> {
  if (connection.can('MOVE')) return 'move';
  if (connection.can('UIDPLUS')) return 'copy';
  const mailbox = await connection.ask(async (client) => client.mailbox);
  const flags = mailbox === false ? undefined : mailbox.permanentFlags;
  if (flags === undefined || flags.has('\\*')) return 'mark';
  if (flags.has('\\Seen')) return 'mark-seen';
  throw new MailboxTrouble(
    'folder-read-only',
    'The server lets this account neither move nor mark mail in the folder: give it the right to write there.',
    'later',
  );
}

/** UIDs in the open folder that nobody has handled or deleted, oldest first. */
export async function findWaiting(connection: Connection, way: Way): Promise<number[]> {
  const marked =
    way === 'mark' ? { unKeyword: TAKEN } : way === 'mark-seen' ? { seen: false } : ({} as const);
  const found = await connection.command((client) =>
    client.search({ deleted: false, ...marked }, { uid: true }),
  );
  return found.toSorted((a, b) => a - b);
}

/** Lets messages of the open folder go. Whatever is cut off in between is done by doing it again. */
export async function letGo(
  connection: Connection,
  folders: Folders,
  way: Way,
  fate: Fate,
  uids: readonly number[],
): Promise<void> {
  if (uids.length === 0) return;
  const range = uids.join(',');
  const byUid = { uid: true };
  if (way === 'mark' || way === 'mark-seen') {
    const flags = way === 'mark' ? [TAKEN, FAILED] : ['\\Seen', '\\Flagged'];
    const set = fate === 'done' ? flags.slice(0, 1) : flags;
    await connection.command((client) => client.messageFlagsAdd(range, set, byUid));
    return;
  }
  // imapflow copies, flags and expunges by UID where the server has no MOVE.
  await connection.command((client) => client.messageMove(range, folders[fate], byUid));
}

/** Of these UIDs, those that still wait; what was copied and only flagged before a cut is removed. */
export async function stillThere(
  connection: Connection,
  way: Way,
  uids: readonly number[],
): Promise<number[]> {
  if (uids.length === 0) return [];
  const query = { uid: uids.join(',') };
  const byUid = { uid: true };
  if (way === 'copy') {
    const flagged = await connection.command((client) => client.search({ ...query, deleted: true }, byUid));
    if (flagged.length > 0)
      await connection.command((client) => client.messageDelete(flagged.join(','), byUid));
  }
  return connection.command((client) => client.search({ ...query, deleted: false }, byUid));
}
