import { z } from 'zod';
import { SEVERITIES } from '../../core/alert/finding.js';
import { CHANNEL_KINDS } from '../../core/operations/delivery/work.js';
import { count, moment, named } from './parts.js';

const text = z.string().nullable();

export const channelItem = z
  .object({
    id: count,
    name: z.string(),
    kind: z.enum(CHANNEL_KINDS),
    place: z.string().meta({ description: 'Addresses, the host of a webhook, or ids of the platform' }),
    all: z.boolean().meta({ description: 'Whether alerts of rules that name no channel are told there' }),
    severity: z.enum(SEVERITIES),
    quiet: z.object({ from: z.string(), until: z.string() }).nullable().meta({ description: 'Local times' }),
    zone: z.string(),
    parked: z
      .object({ at: moment, reason: z.string() })
      .nullable()
      .meta({ description: 'Why nothing is sent there' }),
    waiting: count.meta({ description: 'Messages that are to be brought up to date' }),
    trouble: text,
    createdAt: moment,
    createdBy: z.string(),
  })
  .register(named, { id: 'Channel' });

export const channelsResult = z.object({ items: z.array(channelItem) }).register(named, { id: 'Channels' });

export const channelAdded = z
  .object({ channel: channelItem, secret: text.meta({ description: 'Signs what is sent; shown this once' }) })
  .register(named, { id: 'ChannelAdded' });

export const channelChanged = z
  .object({ channel: channelItem, changed: z.boolean() })
  .register(named, { id: 'ChannelChanged' });
