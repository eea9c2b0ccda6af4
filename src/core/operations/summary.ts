import { completeness, LOOK_BACK_DAYS, type Completeness } from '../analysis/completeness.js';
import { everyDay, sumFigures, type DayFigures, type Figures } from '../analysis/figures.js';
import { addDays, daysOf, dayOf, periodBefore, rangeOf, type Range } from '../analysis/range.js';
import { nextStep, type NextStep } from '../analysis/next-step.js';
import { countDomains, seenPolicies, type SeenPolicy } from '../store/domains.js';
import { byDomain, type DomainFigures } from '../store/domain-figures.js';
import { overview } from '../store/reporter-figures.js';
import { newSources, topSources, type SourceFigures } from '../store/source-figures.js';
import { asksOfRows, withoutRows } from '../store/relation.js';
import type { Session } from '../store/session.js';
import { ask, filterInput, type About, type Asked } from './filter.js';
import { operation, type Context } from './operation.js';
import { silenceOf, type Silence } from './silence.js';

const TOP = 5;
/** Failing sources looked at for new ones: those with fewer messages would not change the verdict. */
const TOP_SOURCES = { largest: TOP, failing: 20 };
/** A new source fails when at least so many of its messages do, and most of them. */
const NEW_FAILING_MESSAGES = 10;
/** Reports of a day come until so many days later. */
const REPORTS_LATE_DAYS = 2;

/** Figures of some days beside those of as many days just before them. */
export interface Compared {
  readonly days: number;
  readonly figures: Figures;
  readonly before: Figures;
}

export interface SummaryResult extends About {
  readonly figures: Figures;
  /** The days whose reports are in, and as many just before them; null where no day of the period is that old. */
  readonly compared: Compared | null;
  readonly series: readonly DayFigures[];
  /** As the latest report saw it; null for all domains, or where none says. */
  readonly policy: SeenPolicy | null;
  /** Largest first; empty for all domains together, where topDomains speaks. */
  readonly topSources: readonly (SourceFigures & { readonly isNew: boolean })[];
  readonly topDomains: readonly DomainFigures[];
  /** Sources without messages before this period that mostly fail now, most failing messages first. */
  readonly newFailing: readonly SourceFigures[];
  readonly topReporters: readonly { readonly reporter: string; readonly figures: Figures }[];
  readonly reporters: number;
  readonly completeness: Completeness;
  readonly domains: { readonly seen: number; readonly claimed: number };
  readonly nextStep: NextStep | null;
  /** Why there are no messages, most likely; null where there are some. */
  readonly silence: Silence | null;
}

export const summary = operation({
  name: 'summary',
  summary: 'Tell how much mail of a domain passes DMARC, and what to do next',
  role: 'viewer',
  effect: 'reads',
  input: filterInput,
  run: async (context, input): Promise<SummaryResult> => {
    const { asked, result } = await context.db.reading(context.tenant, async (session) => {
      const about = await ask(context, session, input);
      return { asked: about, result: await summarise(context, session, about) };
    });
    return { ...result, silence: result.figures.messages > 0 ? null : await silence(context, asked, result) };
  },
});

function silence(
  context: Context,
  { domain, range, filter, about }: Asked,
  result: Summed,
): Promise<Silence> {
  return silenceOf(context, {
    domain,
    range,
    filtered: asksOfRows(filter) || filter.reporterId !== null,
    lastReceived: about.lastReceived,
    domainsSeen: result.domains.seen,
  });
}

type Summed = Omit<SummaryResult, 'silence'>;

async function summarise(context: Context, session: Session, asked: Asked): Promise<Summed> {
  const { filter, range, domain, about } = asked;
  const { tenant } = context;
  const before = periodBefore(range);
  const lookBack = addDays(range.from, -LOOK_BACK_DAYS);
  const since = before.from < lookBack ? before.from : lookBack;
  const { days, reporters } = await overview(session, tenant, filter, since);
  const active = reporters.filter((one) => one.days.some((day) => day >= range.from));
  const figures = sumFigures(days.filter(({ day }) => day >= range.from).map((one) => one.figures));
  const { largest: sources, failing } =
    domain === null
      ? { largest: [], failing: [] }
      : await topSources(session, tenant, filter, TOP_SOURCES, figures.messages);
  const names = [...sources, ...failing].flatMap(({ source }) => (source === null ? [] : [source]));
  const fresh =
    domain === null
      ? new Set<string>()
      : await newSources(session, tenant, domain.id, [...new Set(names)], range.from);
  const policy =
    domain === null ? null : ((await seenPolicies(session, tenant, [domain.id])).get(domain.id) ?? null);
  const newFailing = failing.filter(
    ({ source, figures: f }) => source !== null && fresh.has(source) && isFailing(f),
  );
  const result = {
    ...about,
    figures,
    compared: compare(days, range, settledDay(context)),
    series: everyDay(
      days.filter(({ day }) => day >= range.from),
      daysOf(range),
    ),
    policy,
    topSources: sources.map((one) => ({ ...one, isNew: one.source !== null && fresh.has(one.source) })),
    topDomains:
      domain === null ? await byDomain(session, tenant, filter, { limit: TOP, failingFirst: true }) : [],
    newFailing,
    topReporters: active.slice(0, TOP).map(({ reporter, figures: f }) => ({ reporter, figures: f })),
    reporters: active.length,
    completeness: completeness(
      asksOfRows(filter)
        ? (await overview(session, tenant, withoutRows(filter), lookBack)).reporters
        : reporters,
      daysOf(range).filter((day) => day <= settledDay(context)),
    ),
    domains: await countDomains(session, tenant),
  };
  return { ...result, nextStep: nextStep(result) };
}

function isFailing(figures: Figures): boolean {
  const failed = figures.messages - figures.dmarcPass;
  return failed >= NEW_FAILING_MESSAGES && failed * 2 > figures.messages;
}

/** The last day whose reports are in, nearly all. */
export function settledDay(context: Pick<Context, 'now'>): string {
  return addDays(dayOf(context.now()), -REPORTS_LATE_DAYS);
}

/** Days that are still coming in would look like a loss beside whole ones. */
export function compare(days: readonly DayFigures[], range: Range, settled: string): Compared | null {
  const to = range.to < settled ? range.to : settled;
  if (to < range.from) return null;
  const now = rangeOf(range.from, to);
  const before = periodBefore(now);
  const within = ({ from, to: last }: Range) =>
    sumFigures(days.filter(({ day }) => day >= from && day <= last).map((one) => one.figures));
  return { days: now.days, figures: within(now), before: within(before) };
}
