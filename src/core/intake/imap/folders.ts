import type { ImapFlow, ImapFlowError } from 'imapflow';
import type { Connection } from './connection.js';
import { FATES, type Fate } from './memory.js';
import type { MailboxSettings } from './settings.js';
import { isRefused, MailboxTrouble } from './trouble.js';

/** The folders of a mailbox by the server's own paths. */
export type Folders = Readonly<Record<Fate | 'source', string>>;

/** Finds the folders, and makes those for done and failed mail where they are missing. Throws MailboxTrouble. */
export async function findFolders(connection: Connection, settings: MailboxSettings): Promise<Folders> {
  const listed = await connection.ask((client) => client.list());
  const there = new Map(listed.map((folder) => [folder.path, folder]));
  const delimiter = listed[0]?.delimiter ?? '/';
  const path = (client: ImapFlow, name: string): string => pathOf(client, name, delimiter);
  const folders = await connection.ask(async (client) => ({
    source: path(client, settings.folder),
    done: path(client, settings.done),
    failed: path(client, settings.failed),
  }));
  if (!there.has(folders.source)) throw missing(settings);
  for (const fate of FATES) if (!there.has(folders[fate])) await makeFolder(connection, folders[fate]);
  return folders;
}

/** Opens the folder anew, and gives its UIDVALIDITY. Throws MailboxTrouble. */
export async function openSource(
  connection: Connection,
  folders: Folders,
  settings: MailboxSettings,
): Promise<string> {
  const mailbox = await connection.ask((client) =>
    client.mailboxOpen(folders.source).catch((error: ImapFlowError) => {
      throw error.mailboxMissing === true ? missing(settings) : error;
    }),
  );
  return String(mailbox.uidValidity);
}

function missing({ folder, user }: MailboxSettings): MailboxTrouble {
  return new MailboxTrouble(
    'folder-missing',
    `There is no folder ${folder} in the mailbox of ${user}: make it, or name another.`,
    'soon',
  );
}

/** Makes a folder; one that is there is as good. Throws MailboxTrouble. */
export async function makeFolder(connection: Connection, path: string): Promise<void> {
  try {
    await connection.ask((client) => client.mailboxCreate(path));
  } catch (error) {
    if (!isRefused(error)) throw error;
    throw new MailboxTrouble(
      'folder-refused',
      `The folder ${path} is missing and the server lets nobody make it here: make it by hand, or name another.`,
      'later',
      { cause: error },
    );
  }
}

/** `a/b` in the words of the server, which may part folders by dots and keep all of them below INBOX. */
function pathOf(client: ImapFlow, name: string, delimiter: string): string {
  if (name.toUpperCase() === 'INBOX') return 'INBOX';
  const path = name.split('/').join(delimiter);
  const prefix = client.namespace?.prefix ?? '';
  return path.startsWith(prefix) ? path : prefix + path;
}
