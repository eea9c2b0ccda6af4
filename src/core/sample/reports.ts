import type { AggregateReport, ReportRecord } from '../report/report.js';
import { aggregateParcel, reportHead } from './aggregate.js';
import type { Calendar } from './calendar.js';
import type { Parcel } from './containers.js';
import type { Copies } from './copies.js';
import { policyOn, type Events } from './events.js';
import { periodEnding, reportsPerDay, type Period } from './period.js';
import { randomFor } from './random.js';
import { changedRows, recordsFor, Rows, union } from './rows.js';
import type { ReporterPlan, Scenario } from './scenario-schema.js';
import type { Traffic } from './traffic.js';
import type { Totals } from './truth.js';

/** What the reports of a scenario are made of and what they change. */
export interface ReportDesk {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly days: Calendar;
  readonly traffic: readonly Traffic[];
  readonly events: Events;
  readonly copies: Copies;
  readonly totals: Totals;
}

/** The aggregate reports of all reporters, day by day. */
export class Reports {
  readonly #desk: ReportDesk;
  /** Rows of reports that are not finished, by reporter and domain. */
  readonly #open = new Map<string, Rows>();
  made = 0;
  readonly resent = { exact: 0, changed: 0 };

  constructor(desk: ReportDesk) {
    this.#desk = desk;
  }

  /** The reports that a reporter finishes on a day. Days must come in order, each once per reporter. */
  day(reporter: ReporterPlan, day: number): Parcel[] {
    const { scenario, days } = this.#desk;
    const parcels: Parcel[] = [];
    for (let slot = 0; slot < reportsPerDay(reporter); slot += 1)
      for (const domain of reporter.domains ?? Object.keys(scenario.domains)) {
        this.#collect(reporter, domain, day, slot);
        const period = periodEnding(reporter, day, slot, scenario.days, days);
        const parcel = period && this.#finish(reporter, domain, period);
        if (parcel) parcels.push(parcel);
      }
    return parcels;
  }

  /** Adds what a reporter saw in a part of a day to its report about a domain. */
  #collect(reporter: ReporterPlan, domain: string, day: number, slot: number): void {
    const { scenario, seed, traffic, events } = this.#desk;
    const policy = policyOn(scenario, domain, day);
    const isOff = day < reporter.from || day > (reporter.until ?? Infinity);
    if (!policy || isOff || events.isSilent(reporter.domain, day)) return;
    const key = `${reporter.domain} ${domain}`;
    const rows = this.#open.get(key) ?? new Rows();
    this.#open.set(key, rows);
    const share = reporter.share / reportsPerDay(reporter);
    const ignored = events.violation(reporter.domain, domain, day);
    for (const one of traffic) {
      if (one.sender.domain !== domain) continue;
      const random = randomFor(seed, 'rows', reporter.domain, one.sender.name, day, slot);
      for (const group of one.seenBy(reporter.domain, share, day, slot)) {
        for (const record of recordsFor(group, one, policy, reporter, random, ignored)) rows.add(record);
        events.count(one.sender, day, group.count);
      }
    }
  }

  #finish(reporter: ReporterPlan, domain: string, period: Period): Parcel | null {
    const { scenario, seed, totals } = this.#desk;
    const key = `${reporter.domain} ${domain}`;
    const records = this.#open.get(key)?.toArray() ?? [];
    this.#open.delete(key);
    const policy = policyOn(scenario, domain, period.lastDay);
    if (records.length === 0 || !policy) return null;
    const random = randomFor(seed, 'id', reporter.domain, domain, period.range.begin);
    const report = reportHead(reporter, domain, policy, period.range, random);
    const parcel = aggregateParcel(reporter, domain, report, records, period.range);
    this.made += 1;
    totals.add(report, this.#sendAgain(reporter, domain, period, report, records, parcel));
    return parcel;
  }

  /** Plans the copies that events ask for; gives the rows that the report has after all of them. */
  #sendAgain(
    reporter: ReporterPlan,
    domain: string,
    period: Period,
    report: AggregateReport,
    records: readonly ReportRecord[],
    parcel: Parcel,
  ): readonly ReportRecord[] {
    if (!period.isLastOfDay) return records;
    let known = records;
    for (const event of this.#desk.events.resends(reporter.domain, domain, period.firstDay, period.lastDay)) {
      const rows = event.kind === 'resend-changed' ? changedRows(records) : null;
      this.#desk.copies.add({
        day: period.lastDay + event.after,
        parcel: rows ? aggregateParcel(reporter, domain, report, rows, period.range) : parcel,
        container: event.container ?? reporter.container,
      });
      this.resent[rows ? 'changed' : 'exact'] += 1;
      if (rows) known = union(known, rows);
    }
    return known;
  }
}
