import { constants } from 'node:fs';
import { access, lstat, mkdir, opendir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFile } from './files.js';
import { handOver, type HandOver } from './hand-over.js';
import { SourceError, type Outcome, type ReportSource, type SourceHost } from './source.js';
import { lookOnce, watchAndPoll, type Looked, type Watched } from './watch.js';

const DEFAULT_POLL_MS = 10_000;
const MAILS_OF_PASS = 1_000;
/** Folders of a Maildir are hidden folders in it (Maildir++). */
const DONE = '.Done';
const FAILED = '.Failed';

export interface MaildirOptions {
  readonly name: string;
  readonly path: string;
  readonly pollMs?: number | null;
  /**
   * `seen`: mails that were taken stay, marked as seen, and those that are marked so already are not looked at.
   * `folder`: they move to `.Done` or `.Failed`, and what is marked does not matter.
   */
  readonly done: 'seen' | 'folder';
}

/**
 * A Maildir: mails that a mail server delivers into it are taken from `new` and `cur`. A delivery appears under its
 * final name at once, and is never changed, so that nothing is taken half.
 */
export function maildirSource(options: MaildirOptions): ReportSource {
  const { name, path } = options;
  const watched = (host: SourceHost, signal: AbortSignal): Watched => ({
    paths: [join(path, 'new')],
    pollMs: options.pollMs ?? DEFAULT_POLL_MS,
    look: () => look(host, options, signal),
  });
  return {
    name,
    kind: 'maildir',
    place: path,
    run: (host, signal) => watchAndPoll(host, watched(host, signal), signal),
    once: (host, signal) => lookOnce(host, watched(host, signal), signal),
  };
}

/** A mail in `new` or `cur`. */
interface Mail {
  readonly path: string;
  /** The name before the flags: what stays the same wherever the mail goes. */
  readonly unique: string;
  readonly flags: string;
}

async function look(host: SourceHost, options: MaildirOptions, signal: AbortSignal): Promise<Looked> {
  await checkMaildir(options.path);
  // One that could not be moved is left to the next look, and must not be met for ever in this one.
  const handed = new Set<string>();
  for (;;) {
    const mails = await findMails(options, handed);
    if (mails.length === 0 || signal.aborted) return { waiting: mails.length, unsettled: 0 };
    const handing = handOver(host);
    try {
      for (const mail of mails) {
        if (signal.aborted) break;
        handed.add(mail.unique);
        await hand(host, options, mail, handing);
      }
      await handing.flush();
    } finally {
      await handing.close();
    }
  }
}

async function findMails({ path, done }: MaildirOptions, handed: ReadonlySet<string>): Promise<Mail[]> {
  const mails: Mail[] = [];
  for (const part of ['new', 'cur']) {
    for await (const entry of await opendir(join(path, part))) {
      if (!entry.isFile() || entry.name.startsWith('.')) continue;
      const [unique = '', info = ''] = entry.name.split(':2,');
      const isDone = /T/u.test(info) || (done === 'seen' && part === 'cur' && /S/u.test(info));
      if (isDone || handed.has(unique)) continue;
      mails.push({ path: join(path, part, entry.name), unique, flags: info });
      if (mails.length >= MAILS_OF_PASS) return mails;
    }
  }
  return mails;
}

async function hand(host: SourceHost, options: MaildirOptions, mail: Mail, handing: HandOver): Promise<void> {
  const name = mail.unique;
  const aside = async (code: string, message: string) => {
    await letGo(options, mail, 'unreadable');
    await host.setAside([{ name, why: { code, message } }]);
  };
  try {
    const { size } = await lstat(mail.path);
    if (size > host.limits.mailBytes)
      return await aside('limit-mail-bytes', `The mail has more than ${host.limits.mailBytes} bytes.`);
    const opened = openFile(mail.path, constants.O_RDONLY | constants.O_NOFOLLOW);
    if (!('source' in opened)) return;
    await handing.add({ name, source: opened.source, letGo: (outcome) => letGo(options, mail, outcome) });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another program of the mailbox was first; under its new name it is met by the next look.
    if (code === 'ENOENT' || code === 'ELOOP') return;
    throw error;
  }
}

async function letGo({ path, done }: MaildirOptions, mail: Mail, outcome: Outcome): Promise<void> {
  const isFailed = outcome === 'unreadable';
  const folder = done === 'seen' ? path : join(path, isFailed ? FAILED : DONE);
  if (done === 'folder') await makeMaildir(folder);
  // Flagged (F) stands out in every mail program. Flags are in the order of the alphabet.
  const flags = [...new Set(`${mail.flags}S${isFailed ? 'F' : ''}`.split(''))].sort().join('');
  try {
    await rename(mail.path, join(folder, 'cur', `${mail.unique}:2,${flags}`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function makeMaildir(folder: string): Promise<void> {
  for (const part of ['tmp', 'new', 'cur']) await mkdir(join(folder, part), { recursive: true });
  // Tells delivery agents that it is a folder of another Maildir (Maildir++).
  await writeFile(join(folder, 'maildirfolder'), '', { flag: 'a' });
}

/** Throws SourceError where this is no Maildir that can be used. */
async function checkMaildir(path: string): Promise<void> {
  try {
    for (const part of ['new', 'cur']) {
      if (!(await stat(join(path, part))).isDirectory()) throw notMaildir(path);
      await access(join(path, part), constants.R_OK | constants.W_OK | constants.X_OK);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw notMaildir(path);
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM')
      throw new SourceError(
        'maildir-rights',
        `The Maildir ${path} cannot be read and written. Mails that were taken are marked: give the rights to do so.`,
      );
    throw error;
  }
}

function notMaildir(path: string): SourceError {
  return new SourceError(
    'maildir-missing',
    `There is no Maildir at ${path}: it has folders new and cur in it. Create it, or correct its path.`,
  );
}
