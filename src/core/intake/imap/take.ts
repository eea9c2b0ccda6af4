import { LimitError } from '../../report/limits.js';
import type { Found, SetAside, Taken, Trouble } from '../source.js';
import type { OpenLook } from './drain.js';
import type { Fate } from './memory.js';
import { fetchLarge, fetchSmall, groups, isWorthFetching, type Heading } from './messages.js';
import { isRefused, MailboxTrouble } from './trouble.js';

/** How long a batch is waited for until it is read: less, once nobody seems to read. */
export interface Patience {
  milliseconds: number;
}

/** Where nobody read the last batch, the next is not waited for as long. */
const IMPATIENT_MS = 250;
/** Larger bodies are fetched only where their structure says that a report may be in them. */
const ASK_STRUCTURE_BYTES = 1024 * 1024;
/** Tries of a message that the server refuses to hand over, or hands over garbled. */
const TRIES = 5;
/** The same where the connection ends while it is fetched, which the message is seldom to blame for. */
const TRIES_OF_LOST = 20;

/** Takes messages: afterwards those that are committed, or not worth it, are held. */
export async function takeAll(look: OpenLook, headings: readonly Heading[]): Promise<void> {
  const tried = new Set(look.attempts.keys());
  for (const group of groups(headings, tried)) {
    if (look.signal.aborted) return;
    try {
      await takeGroup(look, group);
    } catch (error) {
      if (!(error instanceof MailboxTrouble)) throw error;
      await afterFailure(look, group, error);
    }
  }
}

async function takeGroup(look: OpenLook, group: readonly Heading[]): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  if (first.size > look.host.limits.mailBytes) return aside(look, first, tooLarge(look));
  if (group.length === 1) return takeOne(look, first);
  const bodies = await fetchSmall(look.connection, group);
  const found: { heading: Heading; source: Found['source'] }[] = [];
  for (const heading of group) {
    const source = bodies.get(heading.uid);
    if (source !== undefined) found.push({ heading, source });
  }
  await keep(look, found);
  for (const heading of group) if (!bodies.has(heading.uid)) await takeOne(look, heading);
}

async function takeOne(look: OpenLook, heading: Heading): Promise<void> {
  const { connection, host } = look;
  if (heading.size > ASK_STRUCTURE_BYTES && !(await isWorthFetching(connection, heading.uid)))
    return aside(look, heading, WITHOUT_REPORT);
  const body = await fetchLarge(connection, heading.uid, host.spool, host.limits).catch((error: unknown) => {
    if (error instanceof LimitError) return error;
    throw error;
  });
  if (body instanceof LimitError) return aside(look, heading, tooLarge(look));
  if (body === null) {
    // Gone, most likely. One that is listed and has nothing to fetch is put aside after some tries.
    await countTry(look, heading, new MailboxTrouble('mail-empty', 'It has no content.', 'soon'));
    return;
  }
  try {
    await keep(look, [{ heading, source: body }]);
  } finally {
    await body.close();
  }
}

/** Commits bodies, and holds their messages by what became of them. */
async function keep(
  look: OpenLook,
  found: readonly { readonly heading: Heading; readonly source: Found['source'] }[],
): Promise<void> {
  if (found.length === 0) return;
  const { host, held, attempts, patience, settings } = look;
  const taken = await host.take(found.map(({ heading, source }) => ({ name: heading.name, source })));
  const outcomes = await host.settled(taken, patience.milliseconds);
  patience.milliseconds = outcomes.every((outcome) => outcome === 'waiting')
    ? Math.min(IMPATIENT_MS, settings.pace.settle)
    : settings.pace.settle;
  const failures: SetAside[] = [];
  for (const [index, { heading }] of found.entries()) {
    const fate: Fate = outcomes[index] === 'unreadable' ? 'failed' : 'done';
    const one: Taken | undefined = taken[index];
    if (fate === 'failed' && one !== undefined) failures.push({ name: heading.name, why: one });
    held.set(heading.uid, fate);
    attempts.delete(heading.uid);
  }
  if (failures.length > 0) await host.setAside(failures);
  await look.remember();
}

async function aside(look: OpenLook, { uid, name }: Heading, why: Trouble): Promise<void> {
  await look.host.setAside([{ name, why: { code: why.code, message: why.message } }]);
  look.held.set(uid, 'failed');
  look.attempts.delete(uid);
  await look.remember();
}

/** A group that failed is tried again one by one; what ends the connection goes on, written down. */
async function afterFailure(
  look: OpenLook,
  group: readonly Heading[],
  trouble: MailboxTrouble,
): Promise<void> {
  const refused = isRefused(trouble);
  if (refused && group.length > 1) {
    for (const heading of group) if (!look.held.has(heading.uid)) await takeAll(look, [heading]);
    return;
  }
  for (const heading of group) if (!look.held.has(heading.uid)) await countTry(look, heading, trouble);
  if (!refused) throw trouble;
}

async function countTry(look: OpenLook, heading: Heading, trouble: MailboxTrouble): Promise<void> {
  const { attempts, host } = look;
  const count = (attempts.get(heading.uid) ?? 0) + 1;
  attempts.set(heading.uid, count);
  host.log.warn('a message could not be fetched', { name: heading.name, code: trouble.code, tries: count });
  if (count < (trouble.code === 'connection-lost' ? TRIES_OF_LOST : TRIES)) return look.remember();
  return aside(look, heading, {
    code: 'mail-not-fetched',
    message: `The server did not hand over this mail in ${count} tries (${trouble.message}); move it back to have it tried again.`,
  });
}

const WITHOUT_REPORT: Trouble = {
  code: 'mail-without-report',
  message: 'The mail holds no report: pictures, sounds or web pages alone. It was not fetched.',
};

function tooLarge({ host }: OpenLook): Trouble {
  const most = Math.floor(host.limits.mailBytes / (1024 * 1024));
  return {
    code: 'limit-mail-bytes',
    message: `The mail is larger than ${most} MB and was not fetched: raise the limit for mails and move it back, or save the report and upload it.`,
  };
}
