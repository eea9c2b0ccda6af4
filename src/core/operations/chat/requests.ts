import { hideSecrets } from '../../identity/secret.js';
import {
  addChatRequest,
  beginChange,
  endChatRequest,
  forgetChatRequests,
  renewLease,
  takeOverRequests,
  takeWaiting,
  tenantsWithOpenChat,
  type ChatRequestRow,
} from '../../store/chat-requests.js';
import { findAction, forgetActions, keepActions } from '../../store/chat-channels.js';
import { forgetLinkCodes } from '../../store/chat-people.js';
import { storable } from '../../store/text.js';
import type { Context, SystemContext } from '../operation.js';
import type { ChatHere } from './here.js';

export type { ChatRequestRow };

/** A request is worked on by the process that holds its lease; another takes it over when that has ended. */
export const LEASE_MS = 15_000;
/** Requests of one tenant that one process takes over at once. */
const TAKEN_AT_ONCE = 20;
/** So long a refused command waits for the link of who asked it. */
const WAITS_FOR_LINK_MS = 30 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** A button of a card that nobody drew for so long asks for the command anew. */
const ACTION_KEPT_MS = 90 * DAY_MS;
const NAME_LENGTH = 200;

/** What is kept of a request before its platform is told that it was taken. */
export interface KeptRequest extends Omit<ChatHere, 'files'> {
  readonly eventId: string;
  readonly words: string;
  readonly audience: 'asker' | 'channel';
  readonly files: number;
  readonly reply: Readonly<Record<string, unknown>>;
}

/** Keeps a request, leased to this process; null where the same event was kept before. Codes in it are not kept. */
export async function keepRequest(
  { db, now }: SystemContext,
  tenant: number,
  request: KeptRequest,
): Promise<ChatRequestRow | null> {
  const receivedAt = now();
  const kept = {
    ...request,
    personName: storable(request.personName.slice(0, NAME_LENGTH)),
    words: storable(hideSecrets(request.words)),
    receivedAt,
    leasedUntil: leaseFrom(receivedAt),
  };
  const id = await db.within(tenant, (session) => addChatRequest(session, tenant, kept));
  return id === null ? null : { ...kept, words: request.words, id, attempts: 1 };
}

/** Goes on with a request: `lost` where somebody else has it, `gone` where its workspace was released meanwhile. */
export function renewRequest(
  { db, now }: SystemContext,
  tenant: number,
  row: ChatRequestRow,
): Promise<'held' | 'lost' | 'gone'> {
  return db.within(tenant, (session) => renewLease(session, tenant, row, leaseFrom(now())));
}

/** Notes that something that changes things begins now; false where it was begun before. */
export function beginRequest({ db, now }: SystemContext, tenant: number, id: number): Promise<boolean> {
  return db.within(tenant, (session) => beginChange(session, tenant, id, now()));
}

/** Ends a request that is still ours: answered, given up, or waiting for the link of who asked. */
export async function endRequest(
  { db }: SystemContext,
  tenant: number,
  row: Pick<ChatRequestRow, 'id' | 'attempts'>,
  state: 'answered' | 'given-up' | 'waiting-for-link',
): Promise<void> {
  await db.within(tenant, (session) => endChatRequest(session, tenant, row, state));
}

/** The last command that was refused for want of a link, to be carried out now; null where none waits. */
export function waitingRequest(
  { db, now }: SystemContext,
  tenant: number,
  here: ChatHere,
): Promise<ChatRequestRow | null> {
  const at = now();
  const since = new Date(at.getTime() - WAITS_FOR_LINK_MS);
  return db.within(tenant, (session) =>
    takeWaiting(session, tenant, here, { since, leasedUntil: leaseFrom(at) }),
  );
}

export interface LeftRequest {
  readonly tenant: number;
  readonly row: ChatRequestRow;
}

/** Requests on some platforms, of all tenants, whose lease has ended: leased to this process now. */
export async function takeOver(
  { db, now }: SystemContext,
  platforms: readonly string[],
): Promise<LeftRequest[]> {
  const at = now();
  const left: LeftRequest[] = [];
  for (const tenant of await db.across((session) => tenantsWithOpenChat(session, at))) {
    const take = { platforms, now: at, leasedUntil: leaseFrom(at), most: TAKEN_AT_ONCE };
    const rows = await db.within(tenant, (session) => takeOverRequests(session, tenant, take));
    left.push(...rows.map((row) => ({ tenant, row })));
  }
  return left;
}

/** Keeps command lines of buttons under ids. */
export async function keepCommands(
  { db, now }: SystemContext,
  tenant: number,
  actions: readonly { readonly id: string; readonly command: string }[],
): Promise<void> {
  const at = now();
  const since = new Date(at.getTime() - DAY_MS);
  await db.within(tenant, (session) => keepActions(session, tenant, actions, at, since));
}

/** The command line of an id; null where it is not kept, or no more. */
export function keptCommand({ db }: SystemContext, tenant: number, id: string): Promise<string | null> {
  return db.reading(tenant, (session) => findAction(session, tenant, id));
}

/** Forgets requests of the day before, codes that ended and buttons of long ago; for a daily tick. */
export async function forgetChat({ db, tenant, now }: Context): Promise<void> {
  const at = now().getTime();
  await db.within(tenant, async (session) => {
    await forgetChatRequests(session, tenant, new Date(at - DAY_MS));
    await forgetLinkCodes(session, tenant, new Date(at - DAY_MS));
    await forgetActions(session, tenant, new Date(at - ACTION_KEPT_MS));
  });
}

function leaseFrom(at: Date): Date {
  return new Date(at.getTime() + LEASE_MS);
}
