import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sending } from './reports.js';

/** Brings one report to the system, and comes back when the system has it or will find it. */
export type Sender = (sending: Sending) => Promise<void>;

/** Drops files into a folder as careful programs do: under another name first. */
export function folderSender(folder: string): Sender {
  return async ({ name, bytes }) => {
    const unfinished = path.join(folder, `.${name}.part`);
    await writeFile(unfinished, bytes);
    await rename(unfinished, path.join(folder, name));
  };
}

const TRY_AGAIN_MS = 100;
const ANSWER_WITHIN_MS = 10_000;

/**
 * Uploads as a program does that wants to be sure: again and again until the service has said that it has it. Each
 * refusal that is not the service's being away is thrown.
 */
export function uploadSender(url: string, key: string): Sender {
  return async ({ name, bytes }) => {
    for (;;) {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(bytes)]), name);
      const answer = await fetch(url, {
        method: 'POST',
        body: form,
        headers: { authorization: `Bearer ${key}` },
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      })
        .then(async (response) => ({ status: response.status, body: await response.text() }))
        .catch(() => null);
      if (answer?.status === 202) return;
      if (answer !== null && answer.status < 500)
        throw new Error(`an upload was refused: ${answer.status} ${answer.body}`);
      await sleep(TRY_AGAIN_MS);
    }
  };
}
