import { completeness, LOOK_BACK_DAYS, type Completeness } from '../../analysis/completeness.js';
import { everyDay, sumFigures, type DayFigures } from '../../analysis/figures.js';
import { addDays, daysOf, periodBefore, rangeOf, type Range } from '../../analysis/range.js';
import { digestContent, type DigestContent, type DigestFacts, type Section } from '../../digest/content.js';
import type { Period } from '../../digest/schedule.js';
import {
  alertsWithin,
  daysOfDomains,
  openAlerts,
  reportersOfDomains,
  worstDomains,
  type NamedDomain,
} from '../../store/digest-figures.js';
import { countDomains } from '../../store/domains.js';
import { overview } from '../../store/reporter-figures.js';
import type { Session } from '../../store/session.js';
import type { Context } from '../operation.js';
import { compare, settledDay, summary, type SummaryResult } from '../summary.js';

/** Domains listed and looked at closely where a digest is about several. */
const WORST = 5;
/** Alerts that actions are taken from. */
const ALERTS = 20;
/** Days of the chart: at least so many, for those of a day or a week are none. */
const CHART_DAYS = 14;

/** What a digest shall tell of. */
export interface DigestQuestion {
  readonly period: Period;
  readonly range: Range;
  readonly sections: readonly Section[];
  readonly domains: readonly NamedDomain[];
  /** The digest before it; null for the first. */
  readonly last: DigestContent | null;
}

/** Makes a digest from what is stored now: the figures are those that `summary` gives for these days. */
export async function gatherDigest(context: Context, question: DigestQuestion): Promise<DigestContent> {
  const { domains, range, last } = question;
  const summaries = new Map<string, SummaryResult>();
  const lookAt = async (domain: string) => {
    const found = await summary.run(context, summary.input.parse({ domain, from: range.from, to: range.to }));
    summaries.set(domain, found);
  };
  const [only] = domains;
  if (domains.length === 1 && only !== undefined) await lookAt(only.name);
  const stored =
    domains.length === 0
      ? NOTHING
      : await context.db.reading(context.tenant, (session) => look(context, session, question));
  for (const { domain } of stored.worst) await lookAt(domain);
  const one = domains.length === 1 ? summaries.get(only?.name ?? '') : undefined;
  const days = (from: string, to: string) => stored.days.filter(({ day }) => day >= from && day <= to);
  const before = periodBefore(range);
  const chart = rangeOf(chartFrom(range), range.to);
  return digestContent({
    ...question,
    ...stored,
    asOf: context.now().toISOString(),
    figures: sumFigures(days(range.from, range.to).map(({ figures }) => figures)),
    before: sumFigures(days(before.from, before.to).map(({ figures }) => figures)),
    compared: compare(stored.days, range, settledDay(context)),
    series: everyDay(days(chart.from, chart.to), daysOf(chart)),
    details: [...summaries].map(([domain, found]) => ({ ...found, domain })),
    last,
    ...(one !== undefined && { completeness: one.completeness, reporters: one.reporters }),
  });
}

type Stored = Pick<DigestFacts, 'worst' | 'alerts' | 'alertsSince' | 'completeness' | 'reporters'> & {
  readonly days: readonly DayFigures[];
};

/** Before anybody claims a domain. */
const NOTHING: Stored = {
  days: [],
  worst: [],
  alerts: { count: 0, items: [] },
  alertsSince: { opened: 0, resolved: 0 },
  completeness: completeness([], []),
  reporters: 0,
};

async function look(
  context: Context,
  session: Session,
  { domains, range, last }: DigestQuestion,
): Promise<Stored> {
  const { tenant } = context;
  const ids = domains.map(({ id }) => id);
  const before = periodBefore(range);
  const since = [before.from, chartFrom(range)].toSorted()[0] ?? range.from;
  const after = new Date(last?.asOf ?? `${range.from}T00:00:00Z`);
  const several = domains.length > 1;
  return {
    days: await daysOfDomains(session, tenant, ids, since, range.to),
    worst: several ? await worstDomains(session, tenant, ids, range.from, range.to, WORST) : [],
    alerts: await openAlerts(session, tenant, ids, ALERTS),
    alertsSince: await alertsWithin(session, tenant, ids, after, context.now()),
    ...(await sentBy(context, session, ids, range)),
  };
}

/** Who sent reports, and who did not. All domains together have a rollup of their own, which is the shorter way. */
async function sentBy(
  context: Context,
  session: Session,
  ids: readonly number[],
  range: Range,
): Promise<{ readonly completeness: Completeness; readonly reporters: number }> {
  const { tenant } = context;
  const from = addDays(range.from, -LOOK_BACK_DAYS);
  const every = (await countDomains(session, tenant)).seen === ids.length;
  const filter = { from: range.from, to: range.to, ...ANY };
  // One domain alone is told by its summary.
  const reporters =
    ids.length === 1
      ? []
      : every
        ? (await overview(session, tenant, filter, from)).reporters
        : await reportersOfDomains(session, tenant, ids, from, range.to);
  const settled = settledDay(context);
  return {
    completeness: completeness(
      reporters,
      daysOf(range).filter((day) => day <= settled),
    ),
    reporters: reporters.filter(({ days }) => days.some((day) => day >= range.from)).length,
  };
}

const ANY = { domainId: null, reporterId: null, source: null, dkim: null, spf: null, disposition: null };

function chartFrom(range: Range): string {
  const from = addDays(range.to, 1 - CHART_DAYS);
  return from < range.from ? from : range.from;
}
