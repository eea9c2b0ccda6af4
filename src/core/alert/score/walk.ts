import { addDays } from '../calendar.js';
import { inMemory, type Spool } from '../../report/bytes.js';
import { DEFAULT_LIMITS } from '../../report/limits.js';
import { readReports } from '../../report/read.js';
import type { ReportRecord } from '../../report/report.js';
import { generate, type GeneratedFile } from '../../sample/generate.js';
import { calendar } from '../../sample/calendar.js';
import { randomFor } from '../../sample/random.js';
import type { Scenario } from '../../sample/scenario.js';
import type { Truth } from '../../sample/truth.js';
import { Collector } from '../collect.js';
import { factsOf, tenantDays } from '../history.js';
import { judge } from '../judge.js';
import { kindOf } from '../kinds.js';
import { resolveRules } from '../layers.js';
import { AlertBook, type ScoredAlert } from './alerts.js';

/** Of the files, so many come a day later than the day after, and so many two days. */
const LATE_SHARE = 0.2;
const VERY_LATE_SHARE = 0.1;
const MOST_LATE_DAYS = 2;
const DAY_TEXT = 'YYYY-MM-DD'.length;

export interface Walked {
  readonly alerts: readonly ScoredAlert[];
  readonly truth: Truth;
}

/**
 * Goes through the days of a generated scenario with all rules as they are by default: each morning and each evening
 * everything that had come in by then is judged as of the day before. Reports come one to three days late.
 */
export async function walk(
  scenario: Scenario,
  seed: string | number,
  spool: Spool,
  note: (day: string) => void = () => {},
): Promise<Walked> {
  const generation = generate(scenario, { seed });
  const collector = new Collector();
  const rules = resolveRules([], null);
  const book = new AlertBook((rule) => kindOf(rule)?.cooldownHours ?? 0);
  const waiting = new Map<string, GeneratedFile[]>();
  let today: string | null = null;
  const judgeAll = (day: string) => {
    const all = collector.tenantHistory(day);
    const tenant = tenantDays(all);
    book.take(null, day, judge(rules, factsOf(all, tenant, day), day));
    for (const domain of collector.domains())
      book.take(domain, day, judge(rules, factsOf(collector.history(domain, day), tenant, day), day));
  };
  const endDay = async (day: string) => {
    // In the morning nothing of this day's mail is in.
    judgeAll(addDays(day, -1));
    for (const file of waiting.get(day) ?? []) await readInto(collector, file, day, spool);
    waiting.delete(day);
    judgeAll(addDays(day, -1));
    collector.forget(day);
    note(day);
  };
  // What is sent when nobody reports any more, such as a late copy, comes after the end.
  const end = addDays(calendar(scenario.start, scenario.days).last, 1);
  for (const file of generation.files) {
    const sent = file.name.slice(0, DAY_TEXT);
    if (sent > end) continue;
    for (today ??= sent; today < sent; today = addDays(today, 1)) await endDay(today);
    const arrives = addDays(sent, lateBy(seed, file.name));
    waiting.set(arrives, [...(waiting.get(arrives) ?? []), file]);
  }
  // The last ones are late as well, and what they tell of is looked at when they are in.
  const last = addDays(end, MOST_LATE_DAYS);
  for (let day = today ?? end; day <= last; day = addDays(day, 1)) await endDay(day);
  return { alerts: book.alerts(), truth: generation.truth() };
}

function lateBy(seed: string | number, name: string): number {
  const chance = randomFor(seed, 'late', name).next();
  if (chance < VERY_LATE_SHARE) return MOST_LATE_DAYS;
  return chance < VERY_LATE_SHARE + LATE_SHARE ? 1 : 0;
}

async function readInto(collector: Collector, file: GeneratedFile, day: string, spool: Spool): Promise<void> {
  let records: ReportRecord[] = [];
  for await (const event of readReports(inMemory(file.bytes), { limits: DEFAULT_LIMITS, spool })) {
    if (event.type === 'records') records.push(...event.records);
    else if (event.type === 'discard') records = [];
    else {
      const { document } = event;
      if (document.kind === 'aggregate') collector.add(document.report, records, day);
      if (document.kind === 'smtp-tls') collector.addTls(document.report);
      if (document.kind === 'unreadable') collector.addUnreadable(day);
      records = [];
    }
  }
}
