import type { Alert } from '../../alert/alert.js';
import { quietBefore, type QuietSpan } from '../../alert/quiet.js';
import { findAlerts } from '../../store/alerts.js';
import { listChannels, type ChannelRow } from '../../store/channels.js';
import { wantDelivery } from '../../store/deliveries.js';
import { addNotice, hasNotice } from '../../store/notices.js';
import { waitedInQuiet } from '../../store/quiet-hours.js';
import { afterDeadlocks } from '../../store/retry.js';
import type { Session } from '../../store/session.js';
import { eachAlone, eachTenant } from '../each.js';
import type { Context } from '../operation.js';

const HOUR_MS = 3_600_000;
/** A service that was down when quiet hours ended still says what waited, for so long. */
const LATE_MS = 6 * HOUR_MS;
const MOST_LISTED = 100;

/** What waited in a channel's quiet hours, as it stood at their end; plain data, as it is stored. */
export interface MorningNotice {
  readonly channel: string;
  /** Of the quiet hours. ISO 8601. */
  readonly from: string;
  readonly until: string;
  readonly alerts: readonly MorningAlert[];
  /** Whether there were more than are listed. */
  readonly more: boolean;
}

export type MorningAlert = Pick<
  Alert,
  'id' | 'rule' | 'kind' | 'domain' | 'severity' | 'state' | 'acknowledged' | 'resolved'
> & { readonly says: string };

/** Tells the channels of all tenants whose quiet hours ended what waited, once each. Gives how many were told. */
export async function mornings(context: Context): Promise<number> {
  let told = 0;
  await eachTenant(context, 'a tenant could not be told what waited in the night', async (own) => {
    told += await morning(own);
  });
  return told;
}

/** The same for one tenant. */
export async function morning(context: Context): Promise<number> {
  const { db, tenant } = context;
  const now = context.now();
  const ended = (await db.reading(tenant, (session) => listChannels(session, tenant))).flatMap((channel) => {
    const span = lastNight(channel, now);
    return span === null ? [] : [{ channel, span }];
  });
  const trouble = {
    says: 'a channel could not be told what waited in its quiet hours; it is tried again',
    of: ({ channel }: Night) => ({ tenant, channel: channel.name }),
  };
  let told = 0;
  await eachAlone(context, ended, trouble, async (night) => {
    const tellOf = (session: Session) => tell(context, session, night);
    if (await afterDeadlocks(() => db.within(tenant, tellOf))) told += 1;
  });
  return told;
}

interface Night {
  readonly channel: ChannelRow;
  readonly span: QuietSpan;
}

function lastNight({ quietFrom, quietUntil, zone }: ChannelRow, now: Date): QuietSpan | null {
  if (quietFrom === null || quietUntil === null) return null;
  const span = quietBefore({ from: quietFrom, until: quietUntil, zone }, now);
  return span !== null && now.getTime() - span.until.getTime() < LATE_MS ? span : null;
}

async function tell({ tenant, now }: Context, session: Session, { channel, span }: Night): Promise<boolean> {
  const at = now();
  const key = `${channel.id} ${span.day}`;
  if (await hasNotice(session, tenant, 'morning', key)) return false;
  const which = { channelId: channel.id, from: span.from, until: span.until, most: MOST_LISTED + 1 };
  const waited = await waitedInQuiet(session, tenant, which);
  if (waited.length === 0) return false;
  const alerts = await findAlerts(session, tenant, waited.slice(0, MOST_LISTED));
  const content: MorningNotice = {
    channel: channel.name,
    from: span.from.toISOString(),
    until: span.until.toISOString(),
    alerts: alerts.map(({ id, rule, kind, domain, severity, state, acknowledged, resolved, finding }) => ({
      id,
      rule,
      kind,
      domain,
      severity,
      state,
      acknowledged,
      resolved,
      says: finding.says,
    })),
    more: waited.length > MOST_LISTED,
  };
  const notice = await addNotice(session, tenant, {
    kind: 'morning',
    key,
    content: { ...content },
    at,
  });
  if (notice === null) return false;
  await wantDelivery(session, tenant, {
    subject: 'notice',
    subjectId: notice,
    version: 1,
    notableVersion: 1,
    channels: [channel.id],
    at,
  });
  return true;
}
