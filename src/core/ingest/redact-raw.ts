import { redactedMail } from '../report/failure/write.js';
import type { ReadDocument } from '../report/report.js';
import { replaceRaw } from '../store/raw.js';
import type { Session } from '../store/session.js';
import type { IngestContext } from './context.js';

/** Says that people's mail is still there. */
export const MAIL_KEPT = {
  code: 'failure-mail-kept',
  message:
    'This failure report came in a file with other documents, so the file is kept as it came, with the mail in it.',
  where: null,
};

/** What of some raw documents is redacted once all of them are read. */
export class RawRedaction {
  readonly #mails = new Map<number, string[]>();
  readonly #others = new Set<number>();

  /** Takes note of a document that was found in a raw one. */
  add(rawId: number, document: ReadDocument): void {
    if (document.kind !== 'failure') this.#others.add(rawId);
    else
      this.#mails.set(rawId, [
        ...(this.#mails.get(rawId) ?? []),
        redactedMail(document.report, document.sha256),
      ]);
  }

  /**
   * Failure reports hold people's mail: the redacted form takes the place of what came. A file that holds other
   * documents too is left as it is, because their bytes must not be lost; gives the ids of those.
   */
  async apply(context: IngestContext, session: Session): Promise<number[]> {
    if (context.keepFailureMail) return [];
    const kept: number[] = [];
    for (const [rawId, mails] of this.#mails) {
      if (this.#others.has(rawId)) kept.push(rawId);
      else await replaceRaw(session, context.tenant, rawId, Buffer.from(asOneMail(mails)));
    }
    return kept;
  }
}

/** Several mails as one that holds them all, which reads as each of them (RFC 2046 §5.1.5). */
function asOneMail(mails: readonly string[]): string {
  const [only = ''] = mails;
  if (mails.length === 1) return only;
  const boundary = 'dmarc-ops-redacted-mails';
  const parts = mails.map((mail) => `--${boundary}\r\nContent-Type: message/rfc822\r\n\r\n${mail}\r\n`);
  return `MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n${parts.join('')}--${boundary}--\r\n`;
}
