import type { ChatFile } from '../platform.js';
import { ExpectedError } from '../../core/expected-error.js';
import type { Attachment } from './interaction.js';
import type { DiscordSettings } from './settings.js';

/** Longer than a file of the largest size takes over a slow line. */
const WITHIN_MS = 60_000;

/** A file that was given to a command. It is fetched from Discord's own files alone, whatever its address says. */
export function chatFile(attachment: Attachment, { cdn }: DiscordSettings): ChatFile {
  return { name: attachment.filename, size: attachment.size, open: () => fetchFrom(attachment, cdn) };
}

async function* fetchFrom({ url, filename }: Attachment, cdn: string): AsyncIterable<Uint8Array> {
  if (!URL.canParse(url) || new URL(url).origin !== new URL(cdn).origin)
    throw new ExpectedError('file-elsewhere', `${filename} is not kept by Discord, and is not fetched.`);
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(WITHIN_MS) }).catch(
    (error: unknown) => {
      throw new ExpectedError('file-unreachable', `Discord does not give ${filename}; send it again.`, {
        cause: error,
      });
    },
  );
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new ExpectedError('file-gone', `Discord does not have ${filename} any more; send it again.`);
  }
  yield* response.body as unknown as AsyncIterable<Uint8Array>;
}
