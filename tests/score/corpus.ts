import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { AlertBook, type ScoredAlert } from '../../src/core/alert/score/alerts.js';
import { addDays } from '../../src/core/alert/calendar.js';
import { Collector } from '../../src/core/alert/collect.js';
import { factsOf, tenantDays } from '../../src/core/alert/history.js';
import { judge } from '../../src/core/alert/judge.js';
import { kindOf } from '../../src/core/alert/kinds.js';
import { resolveRules } from '../../src/core/alert/layers.js';
import { createSpool } from '../../src/core/intake/spool.js';
import { inMemory } from '../../src/core/report/bytes.js';
import { DEFAULT_LIMITS } from '../../src/core/report/limits.js';
import { readReports } from '../../src/core/report/read.js';
import type { AggregateReport, ReportRecord, TlsReport } from '../../src/core/report/report.js';

/** What rules find in a folder of real reports. */
export interface CorpusFindings {
  readonly reports: number;
  readonly domains: number;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly alerts: readonly ScoredAlert[];
}

interface Read {
  readonly day: string;
  readonly add: (collector: Collector) => void;
}

/** Days that are judged after the last report. */
const AFTER_DAYS = 3;
const EARLIEST = '2015-01-01';

/**
 * Rules over every report in a folder, day by day, as if each had come in the day after it ended. What cannot be read has
 * no day, and is left out.
 */
export async function judgeCorpus(folder: string, now: string): Promise<CorpusFindings> {
  const reads: Read[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile()))
    reads.push(...(await readAll(await readFile(path.join(entry.parentPath, entry.name)))));
  const known = reads
    .filter(({ day }) => day >= EARLIEST && day <= now)
    .toSorted((a, b) => (a.day < b.day ? -1 : 1));
  const collector = new Collector();
  const rules = resolveRules([], null);
  const book = new AlertBook((rule) => kindOf(rule)?.cooldownHours ?? 0);
  const [firstDay, lastDay] = [known[0]?.day ?? now, known.at(-1)?.day ?? now];
  let at = 0;
  let quiet = 0;
  for (let day = firstDay; day <= addDays(lastDay, AFTER_DAYS); day = addDays(day, 1)) {
    const before = at;
    for (; known[at]?.day === day; at += 1) known[at]?.add(collector);
    // Between the parts of a corpus lie years.
    quiet = at === before ? quiet + 1 : 0;
    if (quiet > 40) continue;
    const all = collector.tenantHistory(day);
    const tenant = tenantDays(all);
    book.take(null, day, judge(rules, factsOf(all, tenant, day), day));
    for (const domain of collector.domains())
      book.take(domain, day, judge(rules, factsOf(collector.history(domain, day), tenant, day), day));
  }
  return {
    reports: known.length,
    domains: collector.domains().length,
    firstDay,
    lastDay,
    alerts: book.alerts(),
  };
}

async function readAll(bytes: Uint8Array): Promise<Read[]> {
  const reads: Read[] = [];
  let records: ReportRecord[] = [];
  for await (const event of readReports(inMemory(bytes), { limits: DEFAULT_LIMITS, spool: createSpool() })) {
    if (event.type === 'records') records.push(...event.records);
    else if (event.type === 'discard') records = [];
    else {
      const { document } = event;
      if (document.kind === 'aggregate') reads.push(...aggregate(document.report, records));
      if (document.kind === 'smtp-tls') reads.push(...tls(document.report));
      records = [];
    }
  }
  return reads;
}

function aggregate(report: AggregateReport, records: readonly ReportRecord[]): Read[] {
  if (report.begin === null || report.end === null || report.domain === null) return [];
  const day = addDays(report.end.slice(0, 10), 1);
  return [{ day, add: (collector) => collector.add(report, records, day) }];
}

function tls(report: TlsReport): Read[] {
  if (report.begin === null || report.end === null) return [];
  return [{ day: addDays(report.end.slice(0, 10), 1), add: (collector) => collector.addTls(report) }];
}
