import type { ReportRecord } from '../report/report.js';
import { oddRecord } from './oddities.js';
import { alignment, decide } from './policy.js';
import { divide, type Random } from './random.js';
import type { Policy, ReporterPlan } from './scenario-schema.js';
import type { MessageGroup, Traffic } from './traffic.js';

/** An address that no scenario's sender has by default, for the row that a changed report adds. */
const ADDED_SOURCE = '198.51.100.250';
/** Messages by which a changed report corrects its first row. */
const CORRECTION = 3;

/** The rows of one report, each once: rows that differ in their count alone are one. */
export class Rows {
  readonly #rows = new Map<string, ReportRecord>();

  add(record: ReportRecord): void {
    const key = keyOf(record);
    const known = this.#rows.get(key);
    this.#rows.set(key, known ? { ...known, count: known.count + record.count } : record);
  }

  toArray(): ReportRecord[] {
    return [...this.#rows.values()];
  }
}

function keyOf(record: ReportRecord): string {
  return JSON.stringify({ ...record, count: 0 });
}

/** Rows of two versions of a report: every row that either has, with the larger count where both have it. */
export function union(first: readonly ReportRecord[], second: readonly ReportRecord[]): ReportRecord[] {
  const rows = new Map<string, ReportRecord>();
  for (const record of [...first, ...second]) {
    const known = rows.get(keyOf(record));
    if (!known || record.count > known.count) rows.set(keyOf(record), record);
  }
  return [...rows.values()];
}

/** Another version of a report's rows: one count larger, one smaller, one row left out and one added. */
export function changedRows(records: readonly ReportRecord[]): ReportRecord[] {
  const [first, second, ...rest] = records;
  if (!first) return [];
  const changed = [{ ...first, count: first.count + CORRECTION }];
  if (second && second.count > 1) changed.push({ ...second, count: second.count - 1 });
  changed.push(...rest.slice(0, -1));
  changed.push({ ...first, sourceIp: ADDED_SOURCE, count: 1 });
  return changed;
}

function authResults(traffic: Traffic, group: MessageGroup): ReportRecord['authResults'] {
  const { dkim, spf } = traffic.habits;
  return {
    dkim: dkim.map(({ domain, selector, result }) => ({
      domain,
      selector,
      result: group.dkimFails && result === 'pass' ? 'fail' : result,
      humanResult: null,
    })),
    spf: [
      {
        domain: spf.domain,
        scope: 'mfrom',
        result: group.spfFails && spf.result === 'pass' ? 'fail' : spf.result,
        humanResult: null,
      },
    ],
  };
}

/** The rows in which a reporter tells of some messages that are alike: one, or one per disposition. */
export function recordsFor(
  group: MessageGroup,
  traffic: Traffic,
  policy: Policy,
  reporter: ReporterPlan,
  random: Random,
  /** Part of failing messages that is delivered against the policy. */
  ignored = 0,
): ReportRecord[] {
  const { sender } = traffic;
  const headerFrom = sender.headerFrom ?? sender.domain;
  const results = authResults(traffic, group);
  const aligned = alignment(policy, headerFrom, results);
  const decisions = decide(policy, reporter.standard, {
    passes: aligned.dkim || aligned.spf,
    isSubdomain: headerFrom !== sender.domain,
    nonexistent: sender.nonexistent,
    forgiven: sender.kind === 'forwarder' ? reporter.forgives : 0,
    ignored,
  });
  const parts = divide(
    group.count,
    decisions.map(({ weight }) => weight),
    random,
  );
  return decisions.flatMap(({ disposition, reasons }, index) => {
    const count = parts[index] ?? 0;
    if (count === 0) return [];
    const record: ReportRecord = {
      sourceIp: group.source,
      count,
      disposition,
      dkim: aligned.dkim ? 'pass' : 'fail',
      spf: aligned.spf ? 'pass' : 'fail',
      reasons,
      headerFrom,
      envelopeFrom: reporter.envelopeFrom ? traffic.habits.spf.domain : null,
      envelopeTo: reporter.envelopeTo ? reporter.domain : null,
      authResults: results,
    };
    return [oddRecord(record, reporter.oddities)];
  });
}
