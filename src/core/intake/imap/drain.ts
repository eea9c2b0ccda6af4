import type { SourceHost, Trouble } from '../source.js';
import type { Connection } from './connection.js';
import { makeFolder, openSource, type Folders } from './folders.js';
import { findWaiting, letGo, stillThere, wayOf, type Way } from './let-go.js';
import { FATES, HELD_LIMIT, readMemory, writeMemory, type Fate, type Memory } from './memory.js';
import { readHeadings } from './messages.js';
import type { MailboxSettings } from './settings.js';
import { takeAll, type Patience } from './take.js';
import { isRefused, MailboxTrouble } from './trouble.js';

/** Messages whose headings are held at a time. */
const WINDOW = 50;

/** What a look at a mailbox works with. */
export interface Look {
  readonly connection: Connection;
  readonly folders: Folders;
  readonly settings: MailboxSettings;
  readonly host: SourceHost;
  readonly signal: AbortSignal;
}

/** The same, while the folder is open. */
export interface OpenLook extends Look {
  readonly way: Way;
  readonly held: Map<number, Fate>;
  readonly attempts: Map<number, number>;
  readonly patience: Patience;
  /** Writes down what is held and what was tried. */
  remember(): Promise<void>;
}

/**
 * Looks at every message that waits: fetched, committed, and only then moved. Gives the trouble that did not keep it
 * from going on, such as a full mailbox. Throws MailboxTrouble, and what the host throws.
 */
export async function drain(look: Look): Promise<Trouble | null> {
  const { connection, host, signal } = look;
  const open = await openLook(look);
  let trouble = await moveHeld(open, [...open.held.keys()]);
  const found = await findWaiting(connection, open.way);
  for (const uid of open.attempts.keys()) if (!found.includes(uid)) open.attempts.delete(uid);
  const waiting = inOrder(
    found.filter((uid) => !open.held.has(uid)),
    open.attempts,
  );
  await host.say({ lastContact: host.now(), waiting: waiting.length });
  for (let at = 0; at < waiting.length && !signal.aborted; at += WINDOW) {
    if (open.held.size + WINDOW > HELD_LIMIT) break;
    const window = waiting.slice(at, at + WINDOW);
    await takeAll(open, await readHeadings(connection, window));
    // Where moving was refused it is not tried again with each window.
    if (trouble === null) trouble = await moveHeld(open, window);
    await host.say({ lastContact: host.now(), waiting: Math.max(0, waiting.length - at - WINDOW) });
  }
  return trouble;
}

async function openLook(look: Look): Promise<OpenLook> {
  const { connection, folders, settings, host } = look;
  const uidValidity = await openSource(connection, folders, settings);
  const way = await wayOf(connection);
  const remembered: Memory = readMemory(await host.recall(), uidValidity);
  const held = new Map(remembered.held);
  const attempts = new Map(remembered.attempts);
  return {
    ...look,
    way,
    held,
    attempts,
    patience: { milliseconds: settings.pace.settle },
    remember: () => host.remember(writeMemory({ uidValidity, held, attempts })),
  };
}

/** Oldest first; those that failed before come last, so that they keep no other from being taken. */
function inOrder(uids: readonly number[], attempts: ReadonlyMap<number, number>): number[] {
  return uids.toSorted((a, b) => (attempts.get(a) ?? 0) - (attempts.get(b) ?? 0) || a - b);
}

/** Lets go of what is held. What the server refuses stays held, and is the trouble that comes back. */
async function moveHeld(look: OpenLook, among: readonly number[]): Promise<Trouble | null> {
  const ours = among.filter((uid) => look.held.has(uid));
  if (ours.length === 0) return null;
  try {
    await move(look, ours).catch(async (error: unknown) => {
      if (!(error instanceof MailboxTrouble) || error.code !== 'folder-gone') throw error;
      for (const fate of FATES) await makeFolder(look.connection, look.folders[fate]);
      await move(look, ours);
    });
    return null;
  } catch (error) {
    if (isRefused(error))
      return {
        code: 'move-refused',
        message: `Mail that was taken stays where it is, for the server does not let it be moved. ${error.message}`,
      };
    if (error instanceof MailboxTrouble && STAYS.has(error.code)) return error;
    throw error;
  } finally {
    await look.remember();
  }
}

/** Troubles of moving that do not keep further mail from being taken. */
const STAYS: ReadonlySet<string> = new Set(['mailbox-full', 'folder-refused', 'folder-gone']);

async function move({ connection, held, folders, way }: OpenLook, uids: readonly number[]): Promise<void> {
  const there = new Set(await stillThere(connection, way, uids));
  for (const fate of FATES) {
    const ours = uids.filter((uid) => held.get(uid) === fate);
    for (let at = 0; at < ours.length; at += WINDOW) {
      const some = ours.slice(at, at + WINDOW);
      const present = some.filter((uid) => there.has(uid));
      await letGo(connection, folders, way, fate, present);
      for (const uid of some) held.delete(uid);
    }
  }
}
