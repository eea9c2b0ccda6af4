import { z } from 'zod';
import { rankOf, worstOf } from '../../alert/grouping.js';
import { whySays, type ToldHow } from '../../alert/why.js';
import type { Alert } from '../../alert/alert.js';
import { tellingOf } from '../../store/alert-telling.js';
import { listChannels, type ChannelRow } from '../../store/channels.js';
import { deliveriesOf, type DeliveryRow } from '../../store/deliveries.js';
import { deliveryNotes, type DeliveryNoteRow } from '../../store/delivery-log.js';
import { operation } from '../operation.js';
import { alertField } from './act.js';
import { knownAlert } from './group.js';
import { planOf, subjectsOf, type AlertSubject } from './subject.js';

/** Lines of the log that are shown. */
const MOST_LINES = 200;

/** Why a channel was told of an alert, or was not. */
export interface WhyChannel {
  readonly channel: string;
  readonly kind: string;
  /** How it stands now, in plain sentences. */
  readonly says: string;
}

/** A message that was or was not sent. */
export interface WhyLine {
  /** ISO 8601. */
  readonly at: string;
  readonly channel: string;
  readonly what: DeliveryNoteRow['what'];
  /** The alert's version then. */
  readonly version: number;
  readonly code: string | null;
  readonly detail: string | null;
}

export interface WhyResult {
  readonly alert: Alert;
  /** The alert on whose card it is told, which this is about then; null where it has its own. */
  readonly toldWith: number | null;
  readonly channels: readonly WhyChannel[];
  /** Oldest first; the last of them. */
  readonly log: readonly WhyLine[];
}

export const why = operation({
  name: 'why',
  summary: 'Explain of each channel what was sent there about an alert, when, and why not',
  role: 'viewer',
  effect: 'reads',
  input: z.object({ id: alertField }),
  run: (context, { id }): Promise<WhyResult> =>
    context.db.reading(context.tenant, async (session) => {
      const { tenant } = context;
      const now = context.now();
      const alert = await knownAlert(session, tenant, id);
      const told = alert.leadId === null ? alert : await knownAlert(session, tenant, alert.leadId);
      const subject = (await subjectsOf(session, tenant, [told.id], now)).get(told.id);
      const channels = await listChannels(session, tenant);
      const rows = await deliveriesOf(session, tenant, 'alert', [told.id]);
      const { channels: named } = await tellingOf(session, tenant, told.rule, told.domainId);
      const log = await deliveryNotes(session, tenant, 'alert', told.id, MOST_LINES);
      return {
        alert,
        toldWith: alert.leadId,
        channels: channels.flatMap((channel) =>
          subject === undefined
            ? []
            : [
                {
                  channel: channel.name,
                  kind: channel.kind,
                  says: whySays(howOf(channel, rows, subject, named, now)),
                },
              ],
        ),
        log: log.map(({ at, channel, what, version, code, detail }) => ({
          at: at.toISOString(),
          channel,
          what,
          version,
          code,
          detail,
        })),
      };
    }),
});

function howOf(
  channel: ChannelRow,
  rows: readonly DeliveryRow[],
  subject: AlertSubject,
  named: readonly number[] | null,
  now: Date,
): ToldHow {
  const row = rows.find(({ channelId }) => channelId === channel.id);
  const shown = row?.shownVersion ?? 0;
  const { parked } = channel;
  return {
    leftOut: row === undefined ? leftOut(channel, subject, named) : null,
    parked: parked === null ? null : { at: parked.at.toISOString(), reason: parked.reason },
    shown,
    wanted: row?.wantedVersion ?? 0,
    toldVersion: row?.toldVersion ?? 0,
    wantedNotable: row?.wantedNotable ?? 0,
    lastError: row?.lastError ?? null,
    nextAt: row?.nextAt?.toISOString() ?? null,
    plan: planOf(subject, channel, shown > 0, now),
  };
}

function leftOut(
  { id, takesAll, leastSeverity }: ChannelRow,
  { alert, members }: AlertSubject,
  named: readonly number[] | null,
): ToldHow['leftOut'] {
  if (named !== null && !named.includes(id)) return 'not-named';
  if (named === null && !takesAll) return 'takes-few';
  return rankOf(worstOf(alert, members)) < rankOf(leastSeverity) ? 'severity' : 'later';
}
