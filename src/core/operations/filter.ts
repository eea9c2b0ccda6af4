import { z } from 'zod';
import { nearest } from '../analysis/nearest.js';
import { dayOf, FIRST_DAY, lastDays, MOST_DAYS, rangeOf, type Range } from '../analysis/range.js';
import { domainNames, findDomain, type DomainRow } from '../store/domains.js';
import type { Filter } from '../store/relation.js';
import { findReporter, reporterNames } from '../store/reports.js';
import type { Session } from '../store/session.js';
import { lastReceived } from '../store/status.js';
import { domainField, periodFields, reporterField, sourceField } from './fields.js';
import { OperationError, type Context } from './operation.js';

export const DEFAULT_DAYS = 30;
/** Names compared with a typo: more would make a wrong word slower than a right one. */
const NAMES_COMPARED = 20_000;

const alignment = z.enum(['pass', 'fail']);

/** What all questions share. */
export const filterFields = {
  domain: domainField.optional(),
  ...periodFields,
  source: sourceField.optional(),
  dkim: alignment.optional().describe('Only messages whose DKIM alignment is pass or fail'),
  spf: alignment.optional().describe('Only messages whose SPF alignment is pass or fail'),
  disposition: z
    .enum(['none', 'pass', 'quarantine', 'reject', 'other'])
    .optional()
    .describe('Only messages with this disposition'),
  reporter: reporterField.optional(),
};

export const filterInput = z.object(filterFields);
export type FilterInput = z.output<typeof filterInput>;

/** What every answer says of the question. */
export interface About {
  /** Null for all domains together. */
  readonly domain: string | null;
  readonly range: Range;
  /** When the last report of the domain, or of any, came in: ISO 8601 in UTC; null where none ever did. */
  readonly lastReceived: string | null;
}

/** A filter whose names are known, with what people shall see of it. */
export interface Asked {
  readonly about: About;
  readonly filter: Filter;
  readonly range: Range;
  readonly domain: DomainRow | null;
}

/** Looks the names up and works the period out. Throws OperationError, with the nearest names, for unknown ones. */
export async function ask(context: Context, session: Session, input: FilterInput): Promise<Asked> {
  const range = periodOf(input, context.now());
  const domain = input.domain === undefined ? null : await knownDomain(context, session, input.domain);
  const reporter =
    input.reporter === undefined ? null : await knownReporter(context, session, input.reporter);
  const aligned = (word: 'pass' | 'fail' | undefined) => (word === undefined ? null : word === 'pass');
  const last = domain === null ? await lastReceived(session, context.tenant) : domain.lastReportAt;
  return {
    range,
    domain,
    about: { domain: domain?.name ?? null, range, lastReceived: last?.toISOString() ?? null },
    filter: {
      from: range.from,
      to: range.to,
      domainId: domain?.id ?? null,
      reporterId: reporter?.id ?? null,
      source: input.source ?? null,
      dkim: aligned(input.dkim),
      spf: aligned(input.spf),
      disposition: input.disposition ?? null,
    },
  };
}

/** The period that was asked for; the last 30 days where none was. Throws OperationError for one that is none. */
export function periodOf(
  input: {
    readonly from?: string | undefined;
    readonly to?: string | undefined;
    readonly days?: number | undefined;
  },
  now: Date,
): Range {
  const today = dayOf(now);
  if (input.days !== undefined && (input.from !== undefined || input.to !== undefined))
    throw new OperationError('period-twice', 'Give either days, or from and to, but not both.');
  if (input.from === undefined && input.to === undefined) return lastDays(input.days ?? DEFAULT_DAYS, today);
  if (input.from === undefined && input.to !== undefined) return lastDays(DEFAULT_DAYS, input.to);
  const range = rangeOf(input.from ?? FIRST_DAY, input.to ?? today);
  if (range.days < 1)
    throw new OperationError(
      'period-backwards',
      `The period ends (${range.to}) before it begins (${range.from}); swap the two.`,
    );
  if (range.days > MOST_DAYS)
    throw new OperationError(
      'period-too-long',
      `The period has ${range.days} days; at most ${MOST_DAYS} can be asked at once.`,
    );
  return range;
}

/** The domain of a name. Throws OperationError `domain-unknown` with the nearest known names. */
export async function knownDomain(context: Context, session: Session, name: string): Promise<DomainRow> {
  const domain = await findDomain(session, context.tenant, name);
  if (domain !== null) return domain;
  const names = await domainNames(session, context.tenant, NAMES_COMPARED);
  if (names.length === 0)
    throw new OperationError(
      'domain-unknown',
      `No report about ${name} has come in, nor about any other domain. Take reports in first: dmarc-ops ingest PATH`,
    );
  const near = nearest(name, names);
  throw new OperationError('domain-unknown', `No report about ${name} has come in${didYouMean(near)}`, near);
}

/** The reporter of a name. Throws OperationError `reporter-unknown` with the nearest known names. */
export async function knownReporter(
  context: Context,
  session: Session,
  name: string,
): Promise<{ id: number }> {
  const reporter = await findReporter(session, context.tenant, name);
  if (reporter !== null) return reporter;
  const near = nearest(name, await reporterNames(session, context.tenant, NAMES_COMPARED));
  throw new OperationError(
    'reporter-unknown',
    `No report of a reporter named ${name} has come in${didYouMean(near)}`,
    near,
  );
}

function didYouMean(near: readonly string[]): string {
  return near.length === 0 ? '; check the spelling.' : `; did you mean ${near.join(' or ')}?`;
}
