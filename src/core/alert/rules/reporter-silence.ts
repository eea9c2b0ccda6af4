import { z } from 'zod';
import { addDays, daysBetween } from '../calendar.js';
import { medianOf } from '../baseline.js';
import { charted } from '../days.js';
import { LATE_DAYS, type DomainFacts } from '../facts.js';
import { evidence, ruleKind } from '../kind.js';
import { count, fraction } from '../threshold.js';
import { counted } from '../words.js';

/** Days before its last report that say whether a reporter was regular. */
const REGULAR_DAYS = 28;
/** A weekday is told of usually when so many of the four were, and nobody is regular on fewer than so many weekdays. */
const USUAL_WEEKS = 2;
const LEAST_WEEKDAYS = 3;
/** Who says nothing for longer is gone for good. */
const GONE_DAYS = 30;
/** Stands for all reporters together. */
const ANYBODY = '*';

interface Told {
  readonly days: readonly { readonly day: string; readonly messages: number }[];
  /** Days that one report covers at most. */
  readonly span: number;
}

interface Silent {
  readonly last: string;
  readonly days: number;
  readonly wanted: number;
  /** Messages of a usual day. */
  readonly usual: number;
}

export const reporterSilence = ruleKind({
  name: 'reporter-silence',
  title: 'Reporter silent',
  summary: 'A reporter that sent regularly sends no reports any more, or nobody does',
  cause: 'reporting',
  about: 'both',
  severity: 'warning',
  cooldownHours: 72,
  thresholds: z.object({
    days: count('days', 4, 'Without reports, at least; two days late is usual', 30),
    regular: fraction(0.9, 'Part of the 28 days before, of its weekdays, that it told of, at least'),
    messages: count('messages a day', 10, 'Messages of its usual day, at least'),
  }),
  relaxed: (given) => ({ ...given, regular: given.regular * 0.8, messages: 1 }),
  evaluate: (facts, day, thresholds) => {
    const whole = { days: facts.days, span: Math.min(...facts.reporters.map(({ span }) => span), 31) };
    const nobody = silentOf(whole, day, thresholds);
    if (nobody !== null) {
      // Where nothing at all comes in, that is told once, of the tenant.
      const others = facts.domain === null || facts.tenantDays.some((one) => one > nobody.last && one <= day);
      return others ? [finding(ANYBODY, whole, nobody, facts)] : [];
    }
    return facts.reporters.flatMap((one) => {
      const silent = silentOf(one, day, thresholds);
      if (silent === null) return [];
      // Who is silent of all domains is told of once, too.
      const elsewhere = one.lastAnywhere !== null && one.lastAnywhere >= addDays(day, -LATE_DAYS - one.span);
      if (facts.domain !== null && !elsewhere) return [];
      return [finding(one.reporter, one, silent, facts)];
    });
  },
});

function finding(reporter: string, { days }: Told, silent: Silent, { domain }: DomainFacts) {
  const who = reporter === ANYBODY ? 'Nobody' : reporter;
  const about = domain === null ? '' : ` about ${domain}`;
  const verb = reporter === ANYBODY ? 'has reported' : 'has not reported';
  return {
    key: { reporter },
    day: silent.last,
    says: `${who} ${verb}${about} since ${silent.last}, which is ${counted(silent.days, 'day')}; ${counted(silent.usual, 'message')} a day ${silent.usual === 1 ? 'was' : 'were'} usual.`,
    fix:
      reporter === ANYBODY
        ? 'See that the sources work (intake), and that the rua address of the DMARC record is right and takes mail.'
        : 'Its share of the figures is missing until it reports again; see whether its mail was taken for spam or is in a folder that is not read.',
    measure: {
      name: 'days without reports',
      value: silent.days,
      threshold: silent.wanted,
      unit: 'days' as const,
      baseline: null,
    },
    evidence: evidence({
      days: charted(days, silent.last, (one) => one.messages),
      facts: [{ name: 'Last day', value: silent.last }],
    }),
  };
}

/** Part of the days that were told of; weekdays that mostly were not, such as weekends of business mail, do not count. */
function regularity(before: readonly { readonly day: string }[], last: string): number {
  const weekdays = Array.from(
    { length: 7 },
    (_, weekday) => before.filter(({ day }) => daysBetween(day, last) % 7 === weekday).length,
  ).filter((weeks) => weeks >= USUAL_WEEKS);
  if (weekdays.length < LEAST_WEEKDAYS) return 0;
  return weekdays.reduce((sum, weeks) => sum + weeks, 0) / (weekdays.length * (REGULAR_DAYS / 7));
}

/** How long somebody has been silent who was regular before; null for who is not. */
function silentOf(
  { days: told, span }: Told,
  day: string,
  thresholds: { readonly days: number; readonly regular: number; readonly messages: number },
): Silent | null {
  const days = told.filter((one) => one.day <= day);
  const last = days.at(-1)?.day;
  if (last === undefined) return null;
  const silent = daysBetween(last, day);
  if (silent < thresholds.days || silent > GONE_DAYS) return null;
  const before = days.filter((one) => one.day > addDays(last, -REGULAR_DAYS));
  if (regularity(before, last) < thresholds.regular) return null;
  const usual = medianOf(before.map((one) => one.messages));
  if (usual < thresholds.messages) return null;
  const gaps = days.map((one, index) => daysBetween(days[index - 1]?.day ?? one.day, one.day) - 1);
  // Who paused before may do so again, and be late after it; who covers a week with one report is heard of once a week.
  const pause = Math.max(0, ...gaps);
  const wanted = Math.max(thresholds.days + pause, 2 * pause + 1) + (span - 1);
  return silent >= wanted ? { last, days: silent, wanted, usual } : null;
}
