import { z } from 'zod';
import { nearest } from '../../analysis/nearest.js';
import { findChannel, setChannel, type ChannelRow, type DateFormat } from '../../store/chat-channels.js';
import { domainNames } from '../../store/domains.js';
import { domainField } from '../fields.js';
import { includesRole } from '../../identity/role.js';
import { knownDomain } from '../filter.js';
import { operation, OperationError, type Context, type SystemContext } from '../operation.js';
import { hereOf, type ChatHere } from './here.js';

export const DATE_FORMATS = ['iso', 'day-first', 'month-first'] as const satisfies readonly DateFormat[];
/** Takes a default away. */
export const NONE = 'none';
/** Whose settings these are may change with the question: analysts work in channels. */
const MAY_SET = 'analyst';
/** Domains to choose from; others can be written. */
const DOMAINS_OFFERED = 20;
/** Names such as UTC or America/Argentina/Ushuaia; offsets are no zones, for clocks change. */
const ZONE_NAME = /^[A-Za-z][\w+-]*(?:\/[\w+-]+){0,2}$/u;

/** What holds for questions of a channel. */
export interface ChannelDefaults {
  /** Asked about where no domain is given; null: all. */
  readonly domain: string | null;
  /** Name of the IANA time zone database. */
  readonly zone: string;
  readonly dates: DateFormat;
}

export const NO_DEFAULTS: ChannelDefaults = { domain: null, zone: 'UTC', dates: 'iso' };

export interface SettingsResult extends ChannelDefaults {
  /** Whether the asker may change them. */
  readonly changeable: boolean;
  /** Some domains to choose from. */
  readonly domains: readonly string[];
}

export const settings = operation({
  name: 'settings',
  summary: 'Show the default domain, time zone and date format of this channel',
  role: 'viewer',
  effect: 'reads',
  input: z.object({}),
  run: async (context): Promise<SettingsResult> => {
    const here = hereOf(context, 'settings');
    return resultOf(context, await channelDefaults(context, context.tenant, here));
  },
});

export const zoneField = z
  .string()
  .trim()
  .max(100)
  .transform((text, context) => {
    const name = zoneNamed(text);
    if (name !== null) return name;
    const near = nearest(text, Intl.supportedValuesOf('timeZone'));
    context.addIssue({
      code: 'custom',
      message: `must be a zone such as Europe/Berlin or UTC${near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`}`,
    });
    return z.NEVER;
  })
  .describe('Time zone of times in answers, such as Europe/Berlin');

export const settingsSet = operation({
  name: 'settings-set',
  summary: 'Set the default domain, time zone and date format of this channel',
  role: MAY_SET,
  effect: 'changes',
  personal: true,
  input: z.object({
    domain: domainField.optional().describe(`Domain that is meant where none is given; ${NONE} for all`),
    zone: zoneField.optional(),
    dates: z
      .enum(DATE_FORMATS)
      .optional()
      .describe('How dates are written: 2026-01-31, 31/01/2026 or 01/31/2026'),
  }),
  run: async (context, { domain, zone, dates }): Promise<SettingsResult> => {
    const here = hereOf(context, 'settings-set');
    const { db, tenant, actor, now } = context;
    if (domain === undefined && zone === undefined && dates === undefined)
      throw new OperationError(
        'nothing-to-set',
        'Say what to set, such as: settings set domain:example.com zone:Europe/Berlin dates:iso',
      );
    const set = await db.within(tenant, async (session) => {
      const before = (await findChannel(session, tenant, here)) ?? NOTHING;
      const named =
        domain === undefined || domain === NONE ? null : await knownDomain(context, session, domain);
      const row: ChannelRow = {
        domain: domain === undefined ? before.domain : (named?.name ?? null),
        zone: zone ?? before.zone,
        dates: dates ?? before.dates,
      };
      await setChannel(session, tenant, here, row, { at: now(), by: actor.id });
      return row;
    });
    return resultOf(context, defaultsOf(set));
  },
  changed: ({ domain, zone, dates }) => ({ domain, zone, dates }),
});

const NOTHING: ChannelRow = { domain: null, zone: null, dates: null };

/** What holds in a channel. */
export async function channelDefaults(
  { db }: Pick<SystemContext, 'db'>,
  tenant: number,
  here: Pick<ChatHere, 'platform' | 'workspace' | 'channel'>,
): Promise<ChannelDefaults> {
  const row = await db.reading(tenant, (session) => findChannel(session, tenant, here));
  return row === null ? NO_DEFAULTS : defaultsOf(row);
}

function defaultsOf({ domain, zone, dates }: ChannelRow): ChannelDefaults {
  return { domain, zone: zone ?? NO_DEFAULTS.zone, dates: dates ?? NO_DEFAULTS.dates };
}

async function resultOf({ db, tenant, actor }: Context, defaults: ChannelDefaults): Promise<SettingsResult> {
  const domains = await db.reading(tenant, (session) => domainNames(session, tenant, DOMAINS_OFFERED));
  return { ...defaults, changeable: includesRole(actor.role, MAY_SET), domains };
}

/** The name as the database of zones writes it; null where it is none. */
function zoneNamed(text: string): string | null {
  if (!ZONE_NAME.test(text)) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}
