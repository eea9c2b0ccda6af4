import { z } from 'zod';
import type { ChatFile } from '../platform.js';
import { type Activity, isPersonal } from './activity.js';
import { isAllowedFile } from './allowed.js';

/** https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4#receive-files-in-personal-chat */
const DOWNLOAD = 'application/vnd.microsoft.teams.file.download.info';
const LONGEST_DOWNLOAD_MS = 600_000;
const MOST_FILES = 10;

const download = z.object({ downloadUrl: z.string() });

/** Files that were dropped in the personal chat; nowhere else does Teams hand them to bots. Its size is not told, so 0. */
export function filesOf(activity: Activity, hosts: readonly string[]): readonly ChatFile[] {
  if (!isPersonal(activity)) return [];
  return (activity.attachments ?? [])
    .filter(({ contentType }) => contentType === DOWNLOAD)
    .slice(0, MOST_FILES)
    .flatMap(({ name, content }) => {
      const address = download.safeParse(content).data?.downloadUrl;
      return address === undefined
        ? []
        : [{ name: name ?? 'file', size: 0, open: () => bytesOf(address, hosts) }];
    });
}

/** The address holds its own right to read and gets no token of ours. */
async function* bytesOf(address: string, hosts: readonly string[]): AsyncGenerator<Uint8Array> {
  if (!isAllowedFile(address, hosts))
    throw new Error('The file is at a host that is not among TEAMS_FILE_HOSTS, so it was not fetched.');
  const response = await fetch(address, {
    redirect: 'error',
    signal: AbortSignal.timeout(LONGEST_DOWNLOAD_MS),
  });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`Teams did not give the file (${response.status}).`);
  }
  yield* response.body;
}
