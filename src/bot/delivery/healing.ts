import { createHash } from 'node:crypto';
import { takeBudgets } from '../../core/operations/delivery/budget.js';
import { CREDENTIALS } from '../../core/operations/delivery/park.js';
import type { ChannelRow } from '../../core/operations/delivery/work.js';
import type { SystemContext } from '../../core/operations/operation.js';
import type { Outcome } from './job.js';

/** The platform says that the channel is not there, or not for us. */
const GONE = 'channel-gone';
const TRIED_EVERY_MS = 3_600_000;
const AGAIN = 'It is tried again every hour.';

export interface WhyParked {
  readonly code: string;
  /** One sentence or two, for people. */
  readonly reason: string;
}

/** Why a channel is parked that was found to be gone. */
export function whyParked({ reason, heals }: Extract<Outcome, { end: 'gone' }>): WhyParked {
  return heals ? { code: CREDENTIALS, reason: `${reason} ${AGAIN}` } : { code: GONE, reason };
}

/**
 * Whether a parked channel may be tried with one message all the same, which all processes together do once an hour;
 * else when the next may be tried, null for never.
 */
export async function mayTry(
  system: SystemContext,
  tenant: number,
  channel: Pick<ChannelRow, 'id'>,
  code: string,
): Promise<'now' | Date | null> {
  if (code !== CREDENTIALS) return null;
  const key = createHash('sha256')
    .update(JSON.stringify(['parked', tenant, channel.id]))
    .digest('base64url');
  const [until = null] = await takeBudgets(system, [[{ key, everyMs: TRIED_EVERY_MS, burst: 1 }]]);
  return until ?? 'now';
}

/** When a channel that is parked now may be tried; null for never. */
export async function nextTry(...given: Parameters<typeof mayTry>): Promise<Date | null> {
  const until = await mayTry(...given);
  return until === 'now' ? nextTry(...given) : until;
}

/** Whether something was said, so that the channel is there. */
export function wasSaid(outcome: Outcome): boolean {
  if (outcome.end === 'lost' || outcome.end === 'gone') return false;
  const said: readonly string[] = ['posted', 'updated', 'replied'];
  return outcome.settled?.notes.some(({ what }) => said.includes(what)) ?? false;
}
