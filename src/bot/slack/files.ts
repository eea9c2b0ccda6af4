import type { webApi } from '@slack/bolt';
import { z } from 'zod';
import { ExpectedError } from '../../core/expected-error.js';
import type { ChatFile } from '../platform.js';
import { isOwnAddress, patiently } from './calls.js';

/** A file as a message names it (docs.slack.dev/reference/objects/file-object). */
const schema = z.object({
  id: z.string(),
  name: z.string().nullish(),
  size: z.number().nullish(),
  mimetype: z.string().nullish(),
  url_private_download: z.string().nullish(),
});
type SlackFile = z.output<typeof schema>;

export interface FileAccess {
  readonly client: webApi.WebClient;
  readonly apiUrl: string;
  readonly token: string;
}

const MOST_FILES = 50;
/** Nothing came for so long. */
const SILENT_MS = 30_000;

/** The files of a message that the app may read. */
export function chatFiles(files: unknown, access: FileAccess): ChatFile[] {
  if (!Array.isArray(files)) return [];
  return files.slice(0, MOST_FILES).flatMap((file) => {
    const read = schema.safeParse(file);
    return read.success ? [chatFile(read.data, access)] : [];
  });
}

function chatFile(file: SlackFile, access: FileAccess): ChatFile {
  return {
    name: file.name ?? file.id,
    size: file.size ?? 0,
    open: () => bytesOf(file, access),
  };
}

async function* bytesOf(file: SlackFile, { client, apiUrl, token }: FileAccess): AsyncIterable<Uint8Array> {
  const { url_private_download: url = null, mimetype = null } = await details(file, client);
  // The token goes to Slack alone, whatever a message says.
  if (url === null || !isOwnAddress(url, apiUrl)) throw notGiven('it has no address of Slack');
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), SILENT_MS);
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: silence.signal,
    });
    const type = response.headers.get('content-type') ?? '';
    // Without the right to read files Slack answers with its page to sign in, and 200.
    if (type.startsWith('text/html') && mimetype !== 'text/html')
      throw notGiven('the app lacks the scope files:read');
    if (!response.ok || response.body === null) throw notGiven(`Slack answered ${response.status}`);
    for await (const chunk of response.body) {
      timer.refresh();
      yield chunk;
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

/** Files of shared channels are named by their id alone. */
async function details(file: SlackFile, client: webApi.WebClient): Promise<SlackFile> {
  if (file.url_private_download !== undefined && file.url_private_download !== null) return file;
  const { file: found } = await patiently({
    run: () => client.files.info({ file: file.id }),
    patienceMs: 20_000,
  });
  const read = schema.safeParse(found);
  return read.success ? read.data : file;
}

function notGiven(why: string): ExpectedError {
  return new ExpectedError(
    'slack-file',
    `Slack did not hand the file over: ${why}. Drop it again, or upload it over the API.`,
  );
}
