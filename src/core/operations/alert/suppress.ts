import { DateTime, IANAZone } from 'luxon';
import { z } from 'zod';
import { SEVERITIES } from '../../alert/finding.js';
import { occurrences, shortestGap } from '../../alert/occurrences.js';
import { readRecurrence, type Recurrence } from '../../alert/recurrence.js';
import { localDay } from '../../digest/schedule.js';
import { isOver, quietUntil, type Suppression } from '../../alert/suppression.js';
import { MUTED, wakeHeld } from '../../store/held-deliveries.js';
import type { Session } from '../../store/session.js';
import {
  addSuppression,
  countLiveSuppressions,
  endSuppression,
  findSuppression,
  listSuppressions,
} from '../../store/suppressions.js';
import { pageOf, placeShapes, readCursor } from '../cursor.js';
import { domainField, pageFields, sourceField, storableText } from '../fields.js';
import { knownDomain } from '../filter.js';
import { operation, OperationError, type Context } from '../operation.js';
import { flagField } from './act.js';
import { ruleField } from './list.js';
import { MOST_SUPPRESSIONS } from './subject.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_HOURS = 24;
/** What is forgotten ends by itself. */
const LONGEST_DAYS = 366;
/** A rule that comes so seldom is one that never comes. */
const LOOK_AHEAD_DAYS = 1_500;
const LOOK_DAYS = 30;
const MOST_MINUTES = 10_080;
const NO_REASON = 'no reason given';

const timeField = storableText(z.string().trim().min(10).max(40));

/** A suppression as people see it. */
export interface SuppressionItem extends Suppression {
  readonly state: 'active' | 'waiting' | 'over';
  /** When what it does now ends; null where it does nothing now. ISO 8601. */
  readonly activeUntil: string | null;
}

export const suppress = operation({
  name: 'suppress',
  summary: 'Send nothing about some alerts for a while, or at times that come again',
  role: 'analyst',
  effect: 'changes',
  input: z.object({
    rule: ruleField.optional(),
    severity: z.enum(SEVERITIES).optional().describe('Only alerts of this severity'),
    domain: domainField.optional(),
    source: sourceField.optional(),
    everything: z.boolean().optional().describe('All alerts, where nothing else is named'),
    hours: z.coerce
      .number()
      .positive()
      .max(LONGEST_DAYS * 24)
      .optional()
      .describe('For so many hours; 24 where nothing else is said'),
    from: timeField.optional().describe('From then on, such as 2026-03-15T22:00; now where it is left out'),
    until: timeField.optional().describe('Until then'),
    rrule: storableText(z.string().trim().min(1).max(500))
      .optional()
      .describe('Times that come again (RFC 5545), such as FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=0;BYMINUTE=0'),
    minutes: z.coerce
      .number()
      .int()
      .min(1)
      .max(MOST_MINUTES)
      .optional()
      .describe('How long each of them lasts'),
    zone: storableText(z.string().trim().max(100))
      .refine((zone) => IANAZone.isValidZone(zone), 'must be a time zone such as Europe/Berlin')
      .default('UTC')
      .describe('Time zone of all times'),
    reason: storableText(z.string().trim().min(1).max(1_000)).default(NO_REASON).describe('Why'),
  }),
  run: (context, input): Promise<SuppressionItem> =>
    context.db.within(context.tenant, async (session) => {
      const { tenant, actor } = context;
      const { rule, severity, source, zone, reason } = input;
      const named = [rule, severity, input.domain, source].some((one) => one !== undefined);
      if (!named && input.everything !== true)
        throw new OperationError(
          'suppression-too-wide',
          'Say what to suppress: a rule, a severity, a domain or a source; or everything:yes.',
        );
      const at = context.now();
      const span = spanOf(input, at);
      const domain = input.domain === undefined ? null : await knownDomain(context, session, input.domain);
      await refuseMany(session, tenant, at);
      const id = await addSuppression(session, tenant, {
        rule: rule ?? null,
        severity: severity ?? null,
        domainId: domain?.id ?? null,
        sender: source ?? null,
        reason,
        ...span,
        zone,
        at,
        by: actor.name,
      });
      return known(session, context, id);
    }),
});

interface Asked {
  readonly hours?: number | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly rrule?: string | undefined;
  readonly minutes?: number | undefined;
  readonly zone: string;
}

interface Span {
  readonly from: Date;
  readonly until: Date | null;
  readonly rrule: string | null;
  readonly minutes: number | null;
}

/** From when until when, by what was said of it. Throws OperationError `suppression-times`. */
function spanOf({ hours, from: begins, until: ends, rrule, minutes, zone }: Asked, now: Date): Span {
  const from = begins === undefined ? now : timeOf(begins, zone);
  if (hours !== undefined && ends !== undefined) throw times('Give either hours or until, but not both.');
  if ((rrule === undefined) !== (minutes === undefined))
    throw times(
      'Times that come again need both: rrule says when they begin, and minutes how long each lasts.',
    );
  const given = ends === undefined ? null : timeOf(ends, zone);
  const long = hours ?? (rrule === undefined ? DEFAULT_HOURS : null);
  const until = given ?? (long === null ? null : new Date(from.getTime() + long * HOUR_MS));
  if (until !== null && (until <= from || until <= now))
    throw times('It would end before it begins, or has ended already; give a later end.');
  if (rrule === undefined || minutes === undefined) {
    if (until !== null && until.getTime() - from.getTime() > LONGEST_DAYS * DAY_MS)
      throw times(`It may last ${LONGEST_DAYS} days at most; afterwards it can be made again.`);
    return { from, until, rrule: null, minutes: null };
  }
  const read = readRecurrence(rrule, from, zone);
  if (read.error !== null) throw times(read.error);
  const first = firstTime(read.recurrence, zone, from, until);
  if (first === null) throw times('This rule never comes; look at its days and months.');
  const gap = shortestGap(read.recurrence, localDay(first, zone), LONGEST_DAYS);
  if (gap !== null && gap < minutes)
    throw times(
      `It would begin again before it has ended: its times come ${gap} minutes apart, so let it last ${gap} minutes at most.`,
    );
  return { from, until, rrule, minutes };
}

/** When it comes first, looked at month by month; null for never. */
function firstTime(recurrence: Recurrence, zone: string, from: Date, until: Date | null): Date | null {
  for (let days = 0; days < LOOK_AHEAD_DAYS; days += LOOK_DAYS) {
    const after = new Date(from.getTime() - 1 + days * DAY_MS);
    const last = new Date(after.getTime() + LOOK_DAYS * DAY_MS);
    if (until !== null && after >= until) return null;
    const [first] = occurrences(recurrence, zone, after, until !== null && until < last ? until : last);
    if (first !== undefined) return first;
  }
  return null;
}

/** A moment: with an offset as it says, or on the clock of the zone. */
function timeOf(text: string, zone: string): Date {
  const time = DateTime.fromISO(text, { zone });
  if (time.isValid) return time.toJSDate();
  throw times(`${text} is no time; write it like 2026-03-15T22:00.`);
}

function times(says: string): OperationError {
  return new OperationError('suppression-times', says);
}

async function refuseMany(session: Session, tenant: number, now: Date): Promise<void> {
  if ((await countLiveSuppressions(session, tenant, now)) < MOST_SUPPRESSIONS) return;
  throw new OperationError(
    'suppressions-full',
    `There are ${MOST_SUPPRESSIONS} suppressions already, which is all there can be; end some first: suppressions`,
  );
}

export interface SuppressionsResult {
  readonly items: readonly SuppressionItem[];
  readonly next: string | null;
}

export const suppressions = operation({
  name: 'suppressions',
  summary: 'List what is suppressed, why, and until when',
  role: 'viewer',
  effect: 'reads',
  input: z.object({
    over: flagField.default(false).describe('Those that have ended, too'),
    ...pageFields,
  }),
  run: (context, input): Promise<SuppressionsResult> =>
    context.db.reading(context.tenant, async (session) => {
      const now = context.now();
      const cursor = readCursor(input.cursor, z.tuple([placeShapes.ordinal]));
      const page = { limit: input.limit + 1, before: cursor?.[0] ?? null };
      const rows = await listSuppressions(session, context.tenant, { over: input.over, now }, page);
      const { items, next } = pageOf(rows, input.limit, (row) => [row.id]);
      return { items: items.map((one) => itemOf(one, now)), next };
    }),
});

export const unsuppress = operation({
  name: 'unsuppress',
  summary: 'End a suppression: what waited because of it is sent',
  role: 'analyst',
  effect: 'changes',
  input: z.object({
    id: z.coerce.number().int().min(1).max(2_147_483_647).describe('Number of the suppression'),
  }),
  run: (context, { id }): Promise<SuppressionItem> =>
    context.db.within(context.tenant, async (session) => {
      const { tenant, actor } = context;
      const at = context.now();
      const before = await known(session, context, id);
      const over = before.state === 'over';
      if (over || !(await endSuppression(session, tenant, id, { at, by: actor.name })))
        throw new OperationError('suppression-over', `Suppression ${id} is over already.`);
      await wakeHeld(session, tenant, at, { codes: MUTED, subject: 'alert' });
      return known(session, context, id);
    }),
});

async function known(session: Session, context: Context, id: number): Promise<SuppressionItem> {
  const found = await findSuppression(session, context.tenant, id);
  if (found !== null) return itemOf(found, context.now());
  throw new OperationError(
    'suppression-unknown',
    `There is no suppression ${id}; suppressions lists those that there are.`,
  );
}

function itemOf(suppression: Suppression, now: Date): SuppressionItem {
  const active = quietUntil(suppression, now)?.toISOString() ?? null;
  const state = isOver(suppression, now) ? 'over' : active === null ? 'waiting' : 'active';
  return { ...suppression, state, activeUntil: active };
}
