import { hash } from 'node:crypto';
import { inMemory } from '../bytes.js';
import { member } from '../container/unpack.js';
import { toMemory } from '../container/access.js';
import { sha256Of, type Layer, type Reading } from '../container/layer.js';
import { mebibytes } from '../container/budget.js';
import { uniqueNames } from '../container/name.js';
import { UnpackError } from '../container/unpack-error.js';
import { readFailure } from '../failure/read.js';
import { redactFailure } from '../failure/redact.js';
import { readStoredForm } from '../failure/stored.js';
import { LimitError } from '../limits.js';
import { ProblemList } from '../problems.js';
import type { ReadEvent } from '../report.js';
import { splitMbox } from './mbox.js';
import { readMailParts } from './parts.js';
import { sortParts, type MailContent } from './sort.js';

/** How a layer inside the mail is read. */
export type ReadLayer = (layer: Layer, reading: Reading) => AsyncGenerator<ReadEvent>;

/** Errors of attachments that only say that they have nothing to do with reports. */
const UNRELATED: ReadonlySet<string> = new Set(['mail-without-report', 'office-document']);

/**
 * Reads the reports of a mail: failure reports that the mail itself is, and whatever its parts hold; or of all mails in
 * an mbox file. Throws
 * UnpackError where it holds none, and LimitError.
 */
export async function* readMail(
  layer: Layer,
  reading: Reading,
  readLayer: ReadLayer,
): AsyncGenerator<ReadEvent> {
  const { limits } = reading;
  const bytes = await toMemory(layer.source, limits.mailBytes);
  if (!bytes)
    throw new LimitError(
      'limit-mail-bytes',
      `The mail is larger than ${mebibytes(limits.mailBytes)} and was not read.`,
    );
  const here: Layer = { ...layer, source: inMemory(bytes) };
  const mails = splitMbox(bytes, limits);
  if (mails) {
    reading.budget.countMembers(mails.length);
    for (const [index, mail] of mails.entries()) {
      yield* readLayer(member(here, `mail ${index + 1}`, inMemory(mail)), reading);
      if (reading.budget.exhausted) return;
    }
    return;
  }
  const content = sortParts(readMailParts(bytes, reading, here.problems), limits);
  reading.budget.countMembers(content.failures.length + content.members.length);
  let found = content.failures.length > 0;

  for (const event of await failuresOf(here, content, reading)) yield event;

  const named = uniqueNames();
  for (const { part, name, number } of content.members) {
    const inner = member(here, named(name, `part ${number}`), inMemory(part.bytes()));
    for await (const event of readLayer(inner, reading)) {
      if (event.type === 'document' && UNRELATED.has(event.document.error?.code ?? '')) continue;
      found = true;
      yield event;
    }
    if (reading.budget.exhausted) return;
  }
  if (found) return;
  throw content.smime
    ? new UnpackError(
        'mail-smime',
        'The mail is encrypted, or signed in a form that hides its content (S/MIME); open it and save the report.',
      )
    : new UnpackError('mail-without-report', 'The mail holds no report.');
}

async function failuresOf(layer: Layer, content: MailContent, reading: Reading): Promise<ReadEvent[]> {
  if (content.failures.length === 0) return [];
  const mailSha256 = await sha256Of(layer);
  return content.failures.map((parts, index) => {
    // Each report of a mail is a document of its own; the parts that make it up can be the same in two mails.
    const ownSha256 = index === 0 ? mailSha256 : hash('sha256', `${mailSha256} ${index + 1}`);
    const problems = new ProblemList();
    if (content.textOnly)
      problems.add(
        'failure-text-only',
        'The report is written for people alone; its figures were taken from the text.',
      );
    const full = readFailure(parts, reading.limits, problems);
    const report = reading.redact ? redactFailure(full) : full;
    return {
      type: 'document',
      document: {
        kind: 'failure',
        member: layer.path,
        sha256: readStoredForm(parts.fields).originalSha256 ?? ownSha256,
        report,
        totals: null,
        error: null,
        problems: [...layer.problems.toArray(), ...problems.toArray()],
      },
    };
  });
}
