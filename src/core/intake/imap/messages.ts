import type { Limits } from '../../report/limits.js';
import { inMemory, type ByteSource, type Spool, type Spooled } from '../../report/bytes.js';
import type { Connection } from './connection.js';
import { mayHoldReport } from './structure.js';
import { isRefused } from './trouble.js';

/** What is known of a message before its body is fetched. */
export interface Heading {
  readonly uid: number;
  /** Bytes, as the server says. */
  readonly size: number;
  /** Its Message-ID, or its UID: a name for people. */
  readonly name: string;
}

/** Bodies up to this size are fetched many in a command. */
export const SMALL_BYTES = 256 * 1024;
/** Bytes of one such command. */
const GROUP_BYTES = 4 * 1024 * 1024;
/** Asked for at a time of a larger body, which goes straight to the spool. */
const PIECE_BYTES = 512 * 1024;
const NAME_LENGTH = 200;

/**
 * Uid, size and name of messages of the open folder, in this order; those that are gone are left out. One whose
 * heading the server refuses to hand over is there all the same, without what is not known.
 */
export async function readHeadings(connection: Connection, uids: readonly number[]): Promise<Heading[]> {
  try {
    const found = await connection.ask((client) =>
      client.fetchAll(uids.join(','), { uid: true, size: true, headers: ['message-id'] }, { uid: true }),
    );
    const byUid = new Map(found.map((message) => [message.uid, message]));
    return uids.flatMap((uid) => {
      const message = byUid.get(uid);
      return message === undefined
        ? []
        : [{ uid, size: message.size ?? 0, name: nameOf(uid, message.headers) }];
    });
  } catch (error) {
    if (!isRefused(error)) throw error;
    const [first, ...others] = uids;
    if (first !== undefined && others.length === 0) return [{ uid: first, size: 0, name: nameOf(first) }];
    const headings: Heading[] = [];
    for (const uid of uids) headings.push(...(await readHeadings(connection, [uid])));
    return headings;
  }
}

function nameOf(uid: number, headers?: Buffer): string {
  const id = /^message-id:\s*(\S+)/im.exec(headers?.toString('latin1') ?? '')?.[1];
  return (id ?? `message ${uid}`).replace(/[^\x20-\x7e]/g, '').slice(0, NAME_LENGTH);
}

/** Groups of small messages, each fetched by one command; every larger one is alone. */
export function groups(headings: readonly Heading[], alone: ReadonlySet<number>): Heading[][] {
  const made: Heading[][] = [];
  let room = 0;
  let open: Heading[] | null = null;
  for (const heading of headings) {
    if (heading.size > SMALL_BYTES || alone.has(heading.uid)) {
      made.push([heading]);
      continue;
    }
    if (open === null || heading.size > room) {
      made.push((open = []));
      room = GROUP_BYTES;
    }
    open.push(heading);
    room -= heading.size;
  }
  return made;
}

/** The bodies of small messages by UID; a message that is gone, or larger than was said, is left out. */
export async function fetchSmall(
  connection: Connection,
  headings: readonly Heading[],
): Promise<Map<number, ByteSource>> {
  const uids = headings.map(({ uid }) => uid).join(',');
  const most = 2 * SMALL_BYTES;
  const found = await connection.ask((client) =>
    client.fetchAll(uids, { uid: true, source: { maxLength: most } }, { uid: true }),
  );
  const bodies = new Map<number, ByteSource>();
  for (const { uid, source } of found)
    if (source !== undefined && source.length < most) bodies.set(uid, inMemory(source));
  return bodies;
}

/** A large body, kept outside memory; null where the message is gone. Throws LimitError beyond the bound. */
export async function fetchLarge(
  connection: Connection,
  uid: number,
  spool: Spool,
  limits: Limits,
): Promise<Spooled | null> {
  try {
    const spooled = await spool(pieces(connection, uid), limits.mailBytes);
    if (spooled.size > 0) return spooled;
    await spooled.close();
    return null;
  } catch (error) {
    if (error instanceof MessageGone) return null;
    throw error;
  }
}

class MessageGone extends Error {}

async function* pieces(connection: Connection, uid: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; at += PIECE_BYTES) {
    const found = await connection.ask((client) =>
      client.fetchOne(
        String(uid),
        { uid: true, source: { start: at, maxLength: PIECE_BYTES } },
        { uid: true },
      ),
    );
    if (!found) throw new MessageGone();
    if (found.source === undefined || found.source.length === 0) return;
    yield found.source;
    // Shorter: the end. Longer: a server that sends all whatever is asked for.
    if (found.source.length !== PIECE_BYTES) return;
  }
}

/** Whether a body can hold a report as far as its structure tells; true where the server cannot tell. */
export async function isWorthFetching(connection: Connection, uid: number): Promise<boolean> {
  const found = await connection.ask((client) =>
    client.fetchOne(String(uid), { uid: true, bodyStructure: true }, { uid: true }),
  );
  return !found || found.bodyStructure === undefined || mayHoldReport(found.bodyStructure);
}
