import { z } from 'zod';
import { hostOf } from '../../alert/channel-address.js';
import type { Severity } from '../../alert/finding.js';
import { nearest } from '../../analysis/nearest.js';
import { channelLoads, type ChannelLoad } from '../../store/deliveries.js';
import {
  channelNames,
  holdChannel,
  listChannels,
  type ChannelKind,
  type ChannelRow,
} from '../../store/channels.js';
import type { Session } from '../../store/session.js';
import { storableText } from '../fields.js';
import { operation, OperationError, type Context } from '../operation.js';

/** A channel as people see it: without what is secret. */
export interface ChannelItem {
  readonly id: number;
  readonly name: string;
  readonly kind: ChannelKind;
  /** Where it is, for people: an address, a host, or the platform's id. */
  readonly place: string;
  readonly all: boolean;
  readonly severity: Severity;
  /** Local times such as `22:00`; null for none. */
  readonly quiet: { readonly from: string; readonly until: string } | null;
  readonly zone: string;
  /** Why nothing is sent there; null where it is. `at` is ISO 8601. */
  readonly parked: { readonly at: string; readonly reason: string } | null;
  /** Messages that are to be brought up to date. */
  readonly waiting: number;
  /** What went wrong with one of them last; null for nothing. */
  readonly trouble: string | null;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface ChannelsResult {
  readonly items: readonly ChannelItem[];
}

export const channelNameField = storableText(z.string().trim().min(1).max(100)).describe(
  'Name of a channel, as channels lists it',
);

export const channels = operation({
  name: 'channels',
  summary: 'List where alerts and digests are told, and whether they arrive',
  role: 'viewer',
  effect: 'reads',
  input: z.object({}),
  run: ({ db, tenant }): Promise<ChannelsResult> =>
    db.reading(tenant, async (session) => {
      const rows = await listChannels(session, tenant);
      const loads = new Map((await channelLoads(session, tenant)).map((load) => [load.channelId, load]));
      return { items: rows.map((row) => channelItem(row, loads.get(row.id))) };
    }),
});

/** The channel of a name, held. Throws OperationError `channel-unknown` with the nearest names. */
export async function heldChannel(context: Context, session: Session, name: string): Promise<ChannelRow> {
  const found = await holdChannel(session, context.tenant, name);
  if (found !== null) return found;
  const near = nearest(name, await channelNames(session, context.tenant));
  const meant =
    near.length === 0 ? '; channels lists those that there are.' : `; did you mean ${near.join(' or ')}?`;
  throw new OperationError('channel-unknown', `There is no channel ${name}${meant}`, near);
}

/** A row as people see it. */
export function channelItem(row: ChannelRow, load?: ChannelLoad): ChannelItem {
  const { quietFrom, quietUntil, parked } = row;
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    place: placeText(row),
    all: row.takesAll,
    severity: row.leastSeverity,
    quiet:
      quietFrom === null || quietUntil === null
        ? null
        : { from: quietFrom.slice(0, 5), until: quietUntil.slice(0, 5) },
    zone: row.zone,
    parked: parked === null ? null : { at: parked.at.toISOString(), reason: parked.reason },
    waiting: load?.waiting ?? 0,
    trouble: load?.trouble ?? null,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
  };
}

/** Of webhooks the host alone: the rest of such an address is what lets one write there. */
function placeText({ kind, workspace, address, destination, secret }: ChannelRow): string {
  if (kind === 'terminal') return 'every open terminal';
  if (kind === 'email') {
    const to: unknown = destination['to'];
    return Array.isArray(to) ? to.map(String).join(', ') : '';
  }
  const url: unknown = secret?.['url'];
  return typeof url === 'string' ? hostOf(url) : `${address ?? ''} in ${workspace ?? ''}`;
}
