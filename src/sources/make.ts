import { readFile } from 'node:fs/promises';
import { folderSource } from '../core/intake/folder.js';
import { maildirSource } from '../core/intake/maildir.js';
import { mboxSource } from '../core/intake/mbox.js';
import type { ReportSource } from '../core/intake/source.js';
import type { ImapSetting, SourceSetting } from '../settings/sources.js';

/** The source that a setting describes. What only mailboxes need is loaded for those alone. */
export async function makeSource(setting: SourceSetting): Promise<ReportSource> {
  switch (setting.kind) {
    case 'folder':
      return folderSource(setting);
    case 'maildir':
      return maildirSource(setting);
    case 'mbox':
      return mboxSource(setting);
    case 'imap':
      return makeMailbox(setting);
    default:
      return setting satisfies never;
  }
}

async function makeMailbox(setting: ImapSetting): Promise<ReportSource> {
  const { imapMailbox } = await import('../core/intake/imap/mailbox.js');
  const { DEFAULT_FOLDERS, DEFAULT_PACE } = await import('../core/intake/imap/settings.js');
  const { name, host, port, security, user, secret, caFile, pollMs } = setting;
  return imapMailbox({
    name,
    host,
    ...(port !== null && { port }),
    security,
    user,
    secret,
    ...(caFile !== null && { ca: await readFile(caFile, 'utf8') }),
    folder: setting.folder ?? DEFAULT_FOLDERS.folder,
    done: setting.done ?? DEFAULT_FOLDERS.done,
    failed: setting.failed ?? DEFAULT_FOLDERS.failed,
    pace: { ...DEFAULT_PACE, ...(pollMs !== null && { poll: pollMs }) },
  });
}

/** A source that cannot be made shows why, and the others work. */
export function brokenSource({ name, kind }: SourceSetting): (error: unknown) => ReportSource {
  return (error) => {
    const fail = () => Promise.reject(error);
    return { name, kind, place: 'as configured', run: fail, once: fail };
  };
}
