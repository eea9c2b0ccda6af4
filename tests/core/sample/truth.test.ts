import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inMemory, type Spool } from '../../../src/core/report/bytes.js';
import { DEFAULT_LIMITS } from '../../../src/core/report/limits.js';
import { readReports } from '../../../src/core/report/read.js';
import type { AggregateReport, ReadDocument, ReportRecord } from '../../../src/core/report/report.js';
import { generate } from '../../../src/core/sample/generate.js';
import { parseScenario } from '../../../src/core/sample/scenario.js';
import type { DayTruth } from '../../../src/core/sample/truth.js';

// A tally of its own: it shares with the generator nothing but the files.

const DAY = 86_400;

const spool: Spool = () => Promise.reject(new Error('a small sample needs no spool'));

interface Found {
  readonly document: ReadDocument;
  readonly records: readonly ReportRecord[];
}

async function readAll(bytes: Uint8Array): Promise<Found[]> {
  const found: Found[] = [];
  let records: ReportRecord[] = [];
  for await (const event of readReports(inMemory(bytes), { limits: DEFAULT_LIMITS, spool })) {
    if (event.type === 'records') records.push(...event.records);
    else if (event.type === 'discard') records = [];
    else {
      found.push({ document: event.document, records });
      records = [];
    }
  }
  return found;
}

const dayName = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** Messages per day for one row, by the rule in words: what is due at the end of each day, less what was given. */
function perDay(count: number, report: AggregateReport): Map<string, number> {
  const begin = Date.parse(report.begin ?? '') / 1000;
  const end = Date.parse(report.end ?? '') / 1000;
  if (end - begin <= 36 * 3600) return new Map([[dayName((begin + end) / 2), count]]);
  const days = new Map<string, number>();
  let given = 0;
  for (let start = begin - (begin % DAY); start < end; start += DAY) {
    const elapsed = Math.min(end, start + DAY) - begin;
    const due = elapsed === end - begin ? count : Math.floor(count * (elapsed / (end - begin)) + 0.5);
    days.set(dayName(start), due - given);
    given = due;
  }
  return days;
}

class Tally {
  readonly reports = new Map<
    string,
    { readonly report: AggregateReport; readonly rows: Map<string, ReportRecord> }
  >();
  copies = 0;

  add(report: AggregateReport, records: readonly ReportRecord[]): void {
    const { reporter, reportId, domain, begin, end } = report;
    const key = JSON.stringify([reporter.orgName, reporter.email, reportId, domain, begin, end]);
    const known = this.reports.get(key);
    if (known) this.copies += 1;
    const { rows } = known ?? { rows: new Map<string, ReportRecord>() };
    for (const record of records) {
      const { count, ...fields } = record;
      const before = rows.get(JSON.stringify(fields));
      if (!before || before.count < count) rows.set(JSON.stringify(fields), record);
    }
    this.reports.set(key, { report, rows });
  }

  domains(): Record<string, Record<string, DayTruth>> {
    const domains: Record<string, Record<string, DayTruth>> = {};
    for (const { report, rows } of this.reports.values()) {
      const days = (domains[report.domain ?? ''] ??= {});
      for (const record of rows.values())
        for (const [day, messages] of perDay(record.count, report)) {
          const total = (days[day] ??= {
            messages: 0,
            dmarcPass: 0,
            dkimAligned: 0,
            spfAligned: 0,
            disposition: {},
          });
          const [dkim, spf] = [record.dkim === 'pass', record.spf === 'pass'];
          total.messages += messages;
          total.dkimAligned += dkim ? messages : 0;
          total.spfAligned += spf ? messages : 0;
          total.dmarcPass += dkim || spf ? messages : 0;
          const disposition = record.disposition ?? '';
          total.disposition[disposition] = (total.disposition[disposition] ?? 0) + messages;
        }
    }
    return domains;
  }
}

const NAMES = ['oddities', 'demo', 'busy'];

describe('the truth', () => {
  it.each(NAMES)('of %s is what a reader finds in its files', async (name) => {
    const file = new URL(`../../../scenarios/${name}.yaml`, import.meta.url);
    const generation = generate(parseScenario(readFileSync(file, 'utf8')), { seed: 3 });
    const tally = new Tally();
    const tls = { reports: 0, successful: 0, failed: 0 };
    const failures: Record<string, number> = {};
    const unread: string[] = [];
    let files = 0;

    for (const { name: path, bytes, kind, documents } of generation.files) {
      files += 1;
      const found = await readAll(bytes);
      const wanted = found.filter(({ document }) => document.kind === kind);
      if (wanted.length !== documents || found.length !== documents) unread.push(path);
      for (const { document, records } of found) {
        if (document.kind === 'aggregate') tally.add(document.report, records);
        if (document.kind === 'failure') {
          const domain = document.report.domain ?? '';
          failures[domain] = (failures[domain] ?? 0) + 1;
        }
        if (document.kind === 'smtp-tls') {
          tls.reports += 1;
          tls.successful += document.report.policies.reduce(
            (sum, one) => sum + one.successfulSessionCount,
            0,
          );
          tls.failed += document.report.policies.reduce((sum, one) => sum + one.failedSessionCount, 0);
        }
      }
    }

    const truth = generation.truth();
    expect(unread).toEqual([]);
    expect(truth.domains).toEqual(tally.domains());
    expect(truth.reports).toBe(tally.reports.size);
    expect(truth.resent.exact + truth.resent.changed).toBe(tally.copies);
    expect(truth.files).toBe(files);
    expect(truth.tls).toEqual(tls);
    expect(truth.failureReports).toEqual(failures);
  });
});
