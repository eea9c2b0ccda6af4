import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { AnswerFile } from '../platform.js';
import { isAllowedFile } from './allowed.js';
import type { Outgoing } from './connector.js';
import { plain } from './elements.js';
import { recent } from './recent.js';

/**
 * Files for people: Teams asks them first whether the file may be put into their OneDrive, in the personal chat alone.
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4#request-permission-to-upload-the-file
 */
export interface Consents {
  /** The attachment that asks; its file is kept until it is answered, or until newer ones take its room. */
  ask(file: AnswerFile, person: string): Outgoing;
  /** Puts the file where the asker agreed to; gives the attachment that shows it, null where they declined. Throws where it cannot. */
  settle(value: unknown, person: string): Promise<Outgoing | null>;
}

/** The file is no longer kept: the service was started again, or many came after it. */
export class FileForgotten extends Error {
  override readonly name = 'FileForgotten';
}

const CONSENT = 'application/vnd.microsoft.teams.card.file.consent';
const INFO = 'application/vnd.microsoft.teams.card.file.info';
/** Files that wait for an answer, together. */
const MOST_BYTES = 64 * 2 ** 20;
const LONGEST_UPLOAD_MS = 120_000;
const LONGEST_NAME = 100;

const answered = z.object({
  action: z.string(),
  context: z.object({ file: z.string() }),
  uploadInfo: z
    .object({
      contentUrl: z.string(),
      name: z.string(),
      uploadUrl: z.string(),
      uniqueId: z.string(),
      fileType: z.string(),
    })
    .nullish(),
});

export function fileConsents(hosts: readonly string[]): Consents {
  const waiting = recent<{ readonly file: AnswerFile; readonly person: string }>(
    MOST_BYTES,
    ({ file }) => file.bytes.length,
  );
  return {
    ask: (file, person) => {
      const id = randomUUID();
      waiting.set(id, { file, person });
      const context = { file: id };
      return {
        contentType: CONSENT,
        name: plain(file.name, LONGEST_NAME),
        content: {
          description: 'Made for you by the command above',
          sizeInBytes: file.bytes.length,
          acceptContext: context,
          declineContext: context,
        },
      };
    },
    settle: async (value, person) => {
      const { action, context, uploadInfo } = answered.parse(value);
      const kept = waiting.get(context.file);
      if (kept === undefined || kept.person !== person)
        throw new FileForgotten('That file is no longer kept.');
      if (action !== 'accept') {
        waiting.take(context.file);
        return null;
      }
      if (uploadInfo === undefined || uploadInfo === null)
        throw new Error('Teams did not say where to put the file.');
      await put(kept.file.bytes, uploadInfo.uploadUrl, hosts);
      waiting.take(context.file);
      const { contentUrl, name, uniqueId, fileType } = uploadInfo;
      return { contentType: INFO, contentUrl, name, content: { uniqueId, fileType } };
    },
  };
}

/** The address holds its own right to write and gets no token of ours. */
async function put(bytes: Buffer, address: string, hosts: readonly string[]): Promise<void> {
  if (!isAllowedFile(address, hosts))
    throw new Error('The file was to be put to a host that is not among TEAMS_FILE_HOSTS.');
  const response = await fetch(address, {
    method: 'PUT',
    headers: { 'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}` },
    body: new Uint8Array(bytes),
    redirect: 'error',
    signal: AbortSignal.timeout(LONGEST_UPLOAD_MS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`OneDrive did not take the file (${response.status}).`);
}
