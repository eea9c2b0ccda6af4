import { dayOf } from '../analysis/range.js';
import { addDays } from './calendar.js';
import { reportDays, spreadOverDays } from '../report/days.js';
import type { AggregateReport, ReportRecord, TlsReport } from '../report/report.js';
import { askedOf, hasReason } from './asked.js';
import type { DomainHistory, SeenPolicy } from './history.js';
import { networkOf } from './network.js';
import { rowsOf, union } from './rows.js';
import type { Passing, TlsFact, ViolationFact } from './facts.js';

/** Days for which rows of a report are kept, in case that it comes again. */
const KEPT_DAYS = 70;
/** Days that the facts of a day need: the memory of networks is the longest. */
const NEEDED_DAYS = 104;

type Count = { messages: number; passed: number };
type Sums = { -readonly [Key in keyof Passing]: Passing[Key] };
type ByDay<Value> = Map<string, Value>;

/** What is summed up of one domain. */
class DomainSums {
  readonly reporters = new Map<string, ByDay<Count>>();
  readonly networks = new Map<string, ByDay<Sums>>();
  /** By day and address. */
  readonly failing = new Map<
    string,
    Map<string, { readonly network: string | null; readonly messages: number }>
  >();
  readonly policies: SeenPolicy[] = [];
  readonly violations = new Map<string, { -readonly [Key in keyof ViolationFact]: ViolationFact[Key] }>();
  readonly names = new Map<string, ByDay<Count>>();
  readonly firstSeen = new Map<string, string>();
  readonly tls = new Map<string, { -readonly [Key in keyof TlsFact]: TlsFact[Key] }>();
  readonly conflicts = new Map<string, { day: string; reporter: string; reports: number }>();
  firstDay: string | null = null;
}

interface Kept {
  readonly receivedDay: string;
  readonly contents: Set<string>;
  rows: ReadonlyMap<string, ReportRecord>;
}

/**
 * Reports summed up as the store sums them up, in memory: for scoring rules on generated months. A test holds it to the
 * facts that the store gives.
 */
export class Collector {
  readonly #domains = new Map<string, DomainSums>();
  readonly #unreadable: ByDay<number> = new Map();
  readonly #kept = new Map<string, Kept>();

  domains(): string[] {
    return [...this.#domains.keys()].toSorted();
  }

  /** Adds a report that came on a day. A resend counts once; with other content, its rows are united. */
  add(report: AggregateReport, records: readonly ReportRecord[], receivedDay: string): void {
    const domain = report.domain ?? '';
    const reporter = report.reporter.orgName ?? report.reporter.email ?? '';
    const sums = this.#sums(domain);
    const identity = JSON.stringify([domain, reporter, report.reportId, report.begin, report.end]);
    const rows = rowsOf(records);
    const content = JSON.stringify([...rows.values()]);
    const kept = this.#kept.get(identity);
    if (kept?.contents.has(content) === true) return;
    const at: Place = { report, sums, reporter };
    if (kept === undefined) {
      this.#kept.set(identity, { receivedDay, contents: new Set([content]), rows });
      addHead(at);
    } else {
      const key = `${receivedDay} ${reporter}`;
      const known = sums.conflicts.get(key);
      sums.conflicts.set(key, { day: receivedDay, reporter, reports: (known?.reports ?? 0) + 1 });
      kept.contents.add(content);
    }
    const before: ReadonlyMap<string, ReportRecord> = kept?.rows ?? new Map();
    for (const [key, row] of rows) {
      const old = before.get(key);
      if (old !== undefined && old.count >= row.count) continue;
      if (old !== undefined) addRow(at, old, -1);
      addRow(at, row, 1);
    }
    if (kept !== undefined) kept.rows = union(before, rows);
  }

  addTls(report: TlsReport): void {
    for (const policy of report.policies) {
      const domain = policy.policyDomain;
      const day = report.begin === null ? null : dayOf(new Date(report.begin));
      if (domain === null || day === null) continue;
      const { tls } = this.#sums(domain);
      const known = tls.get(day) ?? { day, successful: 0, failed: 0 };
      tls.set(day, {
        day,
        successful: known.successful + policy.successfulSessionCount,
        failed: known.failed + policy.failedSessionCount,
      });
    }
  }

  addUnreadable(receivedDay: string): void {
    this.#unreadable.set(receivedDay, (this.#unreadable.get(receivedDay) ?? 0) + 1);
  }

  /** Forgets what the facts of later days do not need. */
  forget(day: string): void {
    const oldest = addDays(day, -KEPT_DAYS);
    for (const [identity, { receivedDay }] of this.#kept)
      if (receivedDay < oldest) this.#kept.delete(identity);
    const before = addDays(day, -NEEDED_DAYS - KEPT_DAYS);
    for (const sums of this.#domains.values()) {
      for (const byDay of [...sums.reporters.values(), ...sums.names.values(), sums.failing])
        drop(byDay, before);
      for (const [network, byDay] of sums.networks) {
        drop(byDay, before);
        if (byDay.size === 0) sums.networks.delete(network);
      }
      sums.policies.splice(
        0,
        Math.max(
          0,
          sums.policies.findIndex((one) => one.day >= before),
        ),
      );
    }
  }

  /** What the facts of a day need. */
  history(domain: string, day: string): DomainHistory {
    const sums = this.#sums(domain);
    const from = addDays(day, -NEEDED_DAYS);
    const within = <Value>(days: ByDay<Value>) => sorted(days).filter(([one]) => one >= from && one <= day);
    const known = <Fact extends { readonly day: string }>(facts: Iterable<Fact>) =>
      [...facts]
        .filter((one) => one.day >= from && one.day <= day)
        .toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
    const failing = within(sums.failing);
    const byNetwork = new Map<string, number>();
    for (const [one, addresses] of failing)
      for (const { network } of addresses.values())
        byNetwork.set(`${network} ${one}`, (byNetwork.get(`${network} ${one}`) ?? 0) + 1);
    return {
      domain,
      firstDay: sums.firstDay,
      known: [],
      reporters: sorted(sums.reporters).map(([reporter, days]) => ({ reporter, days: counts(within(days)) })),
      networks: [...sums.networks].flatMap(([network, days]) => {
        const seen = within(days);
        return seen.length === 0
          ? []
          : [
              {
                network,
                days: seen.map(([one, sum]) => ({
                  day: one,
                  ...sum,
                  failing: byNetwork.get(`${network} ${one}`) ?? 0,
                })),
              },
            ];
      }),
      failingAddresses: failing.map(([one, addresses]) => ({
        day: one,
        addresses: addresses.size,
      })),
      policies: known(sums.policies),
      violations: known(sums.violations.values()),
      names: sorted(sums.names).flatMap(([name, days]) => {
        const firstSeen = sums.firstSeen.get(name);
        return firstSeen === undefined ? [] : [{ name, firstSeen, days: counts(within(days)) }];
      }),
      tls: known(sums.tls.values()),
      conflicts: known(sums.conflicts.values()),
      unreadable: [],
    };
  }

  /** The same of the tenant as a whole. */
  tenantHistory(day: string): DomainHistory {
    const from = addDays(day, -NEEDED_DAYS);
    const reporters = new Map<string, ByDay<Count>>();
    let firstDay: string | null = null;
    for (const sums of this.#domains.values()) {
      if (sums.firstDay !== null && (firstDay === null || sums.firstDay < firstDay)) firstDay = sums.firstDay;
      for (const [reporter, days] of sums.reporters)
        for (const [one, count] of days)
          if (one >= from && one <= day) add(inner(reporters, reporter), one, count);
    }
    return {
      domain: null,
      firstDay,
      known: [],
      reporters: sorted(reporters).map(([reporter, days]) => ({ reporter, days: counts(sorted(days)) })),
      networks: [],
      failingAddresses: [],
      policies: [...this.#domains.values()]
        .flatMap((sums) => sums.policies)
        .filter((one) => one.span > 1 && one.day >= from && one.day <= day),
      violations: [],
      names: [],
      tls: [],
      conflicts: [],
      unreadable: sorted(this.#unreadable)
        .filter(([one]) => one >= from && one <= day)
        .map(([one, documents]) => ({ day: one, documents })),
    };
  }

  #sums(domain: string): DomainSums {
    const known = this.#domains.get(domain);
    if (known !== undefined) return known;
    const made = new DomainSums();
    this.#domains.set(domain, made);
    return made;
  }
}

interface Place {
  readonly report: AggregateReport;
  readonly sums: DomainSums;
  readonly reporter: string;
}

function addHead({ report, sums, reporter }: Place): void {
  const days = reportDays(report.begin ?? '', report.end ?? '');
  const { p, sp, np, pct, testing } = report.policy;
  const day = days.at(-1)?.day ?? '';
  sums.policies.push({ day, reporter, p, sp, np, pct, testing, span: days.length });
}

/** Adds a row, or with the sign -1 takes it out. */
function addRow({ report, sums, reporter }: Place, row: ReportRecord, sign: 1 | -1): void {
  const days = reportDays(report.begin ?? '', report.end ?? '');
  const parts = spreadOverDays(row.count, days);
  const [dkim, spf] = [row.dkim === 'pass', row.spf === 'pass'];
  const network = row.sourceIp === null ? null : networkOf(row.sourceIp);
  const name = row.headerFrom?.toLowerCase() ?? null;
  const isSubdomain = name !== null && name.endsWith(`.${report.domain ?? ''}`);
  const asked =
    row.disposition === 'none' && !dkim && !spf && !hasReason(row.reasons)
      ? askedOf(report.policy, isSubdomain)
      : null;
  for (const [index, { day }] of days.entries()) {
    const messages = sign * (parts[index] ?? 0);
    if (messages === 0) continue;
    const count = { messages, passed: dkim || spf ? messages : 0 };
    if (sums.firstDay === null || day < sums.firstDay) sums.firstDay = day;
    add(inner(sums.reporters, reporter), day, count);
    if (isSubdomain) {
      add(inner(sums.names, name), day, count);
      if (day < (sums.firstSeen.get(name) ?? '9')) sums.firstSeen.set(name, day);
    }
    if (network !== null) {
      const byDay = inner(sums.networks, network);
      const known = byDay.get(day) ?? { messages: 0, passed: 0, dkim: 0, spf: 0 };
      byDay.set(day, {
        messages: known.messages + messages,
        passed: known.passed + count.passed,
        dkim: known.dkim + (dkim ? messages : 0),
        spf: known.spf + (spf ? messages : 0),
      });
    }
    if (!dkim && !spf) {
      const addresses = inner(sums.failing, day);
      const address = row.sourceIp ?? '';
      const left = (addresses.get(address)?.messages ?? 0) + messages;
      if (left === 0) addresses.delete(address);
      else addresses.set(address, { network, messages: left });
    }
    if (asked !== null) {
      const key = `${day} ${reporter} ${asked}`;
      const known = sums.violations.get(key)?.messages ?? 0;
      sums.violations.set(key, { day, reporter, asked, messages: known + messages });
    }
  }
}

function add(days: ByDay<Count>, day: string, { messages, passed }: Count): void {
  const known = days.get(day) ?? { messages: 0, passed: 0 };
  days.set(day, { messages: known.messages + messages, passed: known.passed + passed });
}

function drop(days: ByDay<unknown>, before: string): void {
  for (const day of days.keys()) if (day < before) days.delete(day);
}

function inner<Value>(outer: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const known = outer.get(key);
  if (known !== undefined) return known;
  const made = new Map<string, Value>();
  outer.set(key, made);
  return made;
}

function sorted<Value>(entries: Iterable<readonly [string, Value]>): (readonly [string, Value])[] {
  return [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function counts(days: readonly (readonly [string, Count])[]) {
  return days.flatMap(([day, count]) => (count.messages === 0 ? [] : [{ day, ...count }]));
}
