import {
  otherChannels,
  parkChannel,
  parkedChannelAt,
  unparkChannel,
  type ChannelRow,
} from '../../store/channels.js';
import { wantDelivery } from '../../store/deliveries.js';
import { wakeHeld } from '../../store/held-deliveries.js';
import { addNotice } from '../../store/notices.js';
import type { Session } from '../../store/session.js';
import { storable } from '../../store/text.js';
import type { ChatHere } from '../chat/here.js';
import type { SystemContext } from '../operation.js';

const REASON_LENGTH = 500;
/** A channel is parked for these until they work again; what is worse, such as that it is gone, takes their place. */
export const CREDENTIALS = 'credentials';

/** What a notice says of a channel that was parked; plain data, as it is stored. */
export interface ParkedNotice {
  readonly channel: string;
  readonly kind: string;
  /** One sentence. */
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * Sends nothing more to a channel, and tells the other channels why, once. False where somebody parked it before; but
 * where that was for credentials, and they are not what is wrong now, it is told anew.
 */
export async function park(
  { db, now }: SystemContext,
  tenant: number,
  channel: Pick<ChannelRow, 'id' | 'name' | 'kind'>,
  why: { readonly code: string; readonly reason: string },
): Promise<boolean> {
  const at = now();
  const reason = storable(why.reason).slice(0, REASON_LENGTH);
  return db.within(tenant, async (session) => {
    const instead = why.code === CREDENTIALS ? null : CREDENTIALS;
    if (!(await parkChannel(session, tenant, channel.id, { at, code: why.code, reason }, instead)))
      return false;
    const others = await otherChannels(session, tenant, channel.id);
    if (others.length === 0) return true;
    const content: ParkedNotice = { channel: channel.name, kind: channel.kind, reason, at: at.toISOString() };
    const notice = await addNotice(session, tenant, {
      kind: 'parked',
      key: `${channel.id} ${at.toISOString()}`,
      content: { ...content },
      at,
    });
    if (notice !== null)
      await wantDelivery(session, tenant, {
        subject: 'notice',
        subjectId: notice,
        version: 1,
        notableVersion: 1,
        channels: others,
        at,
      });
    return true;
  });
}

/** Sends to a parked channel again: what waited is brought up to date. False where it was not parked. */
export async function resume(session: Session, tenant: number, id: number, at: Date): Promise<boolean> {
  if (!(await unparkChannel(session, tenant, id))) return false;
  await wakeHeld(session, tenant, at, { codes: ['parked'], channelId: id });
  return true;
}

/** A parked channel took a message: sends what waited to it. False where somebody resumed it before. */
export function resumeHealed({ db, now }: SystemContext, tenant: number, id: number): Promise<boolean> {
  return db.within(tenant, (session) => resume(session, tenant, id, now()));
}

/**
 * Somebody speaks to the bot in a channel, so it is there: resumes that channel where it is parked. False where nothing
 * was parked.
 */
export async function resumeHere(
  { db, now }: SystemContext,
  tenant: number,
  here: Pick<ChatHere, 'platform' | 'workspace' | 'channel'>,
): Promise<boolean> {
  const parked = await db.reading(tenant, (session) => parkedChannelAt(session, tenant, here));
  if (parked === null) return false;
  return db.within(tenant, (session) => resume(session, tenant, parked, now()));
}
