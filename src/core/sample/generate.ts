import { calendar, type Calendar } from './calendar.js';
import { pack } from './containers.js';
import { Copies } from './copies.js';
import { Events, sendersOf } from './events.js';
import { failureReports } from './failure.js';
import { Reports } from './reports.js';
import type { ReporterPlan, Scenario } from './scenario-schema.js';
import { tlsReport } from './tls.js';
import { Traffic } from './traffic.js';
import { Totals, type Truth } from './truth.js';

export interface GenerateOptions {
  /** The same seed gives the same files. */
  readonly seed: string | number;
  /** `YYYY-MM-DD`: the last day of the scenario, in place of what its start and length say. */
  readonly endDay?: string;
}

/** A file as a reporter would deliver it. */
export interface GeneratedFile {
  /** Relative path with `/`: the day of delivery and the reporter's own file name. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly kind: 'aggregate' | 'smtp-tls' | 'failure' | 'unreadable';
  /** Documents inside; of what cannot be read, one that says so. */
  readonly documents: number;
}

/** Files in order of delivery, made one by one while they are asked for. */
export interface Generation {
  readonly files: Iterable<GeneratedFile>;
  /** What a right store shows. Throws before the last file was taken. */
  truth(): Truth;
}

/** One walk through the days of a scenario. */
class Run {
  readonly #scenario: Scenario;
  readonly #seed: string;
  readonly #days: Calendar;
  readonly #events: Events;
  readonly #traffic: readonly Traffic[];
  readonly #totals = new Totals();
  readonly #copies = new Copies();
  readonly #reports: Reports;
  readonly #tls = { reports: 0, successful: 0, failed: 0 };
  readonly #failureReports: Record<string, number> = {};
  #files = 0;
  #done = false;

  constructor(scenario: Scenario, options: GenerateOptions) {
    this.#scenario = scenario;
    this.#seed = String(options.seed);
    this.#days = calendar(scenario.start, scenario.days, options.endDay);
    this.#events = new Events(scenario.events);
    this.#traffic = sendersOf(scenario).map(
      (sender) => new Traffic(sender, this.#seed, this.#days, this.#events),
    );
    this.#reports = new Reports({
      scenario,
      seed: this.#seed,
      days: this.#days,
      traffic: this.#traffic,
      events: this.#events,
      copies: this.#copies,
      totals: this.#totals,
    });
  }

  *files(): Generator<GeneratedFile> {
    for (let day = 1; day <= this.#scenario.days; day += 1) {
      for (const reporter of this.#scenario.reporters) yield* this.#aggregates(reporter, day);
      yield* this.#tlsReports(day);
      yield* this.#failures(day);
      yield* this.#unreadable(day);
      yield* this.#secondCopies(day);
    }
    yield* this.#secondCopies(Infinity);
    this.#done = true;
  }

  truth(): Truth {
    if (!this.#done) throw new Error('The truth is known after the last file.');
    return {
      scenario: this.#scenario.name,
      seed: this.#seed,
      firstDay: this.#days.first,
      lastDay: this.#days.last,
      files: this.#files,
      reports: this.#reports.made,
      resent: { ...this.#reports.resent },
      domains: this.#totals.toObject(),
      tls: { ...this.#tls },
      failureReports: { ...this.#failureReports },
      events: this.#events.truth(this.#scenario, this.#days),
    };
  }

  /** A file sent on the day after `day`. */
  #file(day: number, file: { readonly name: string; readonly bytes: Uint8Array }) {
    this.#files += 1;
    return { name: `${this.#days.date(day + 1)}/${file.name}`, bytes: file.bytes };
  }

  *#aggregates(reporter: ReporterPlan, day: number): Generator<GeneratedFile> {
    const parcels = this.#reports.day(reporter, day);
    const files = pack(reporter.container, parcels);
    for (const file of files)
      yield { ...this.#file(day, file), kind: 'aggregate', documents: parcels.length / files.length };
  }

  *#tlsReports(day: number): Generator<GeneratedFile> {
    for (const plan of this.#scenario.tls) {
      const reporter = this.#scenario.reporters.find(({ domain }) => domain === plan.reporter);
      const made =
        reporter &&
        tlsReport(plan, reporter, day, this.#days, this.#seed, this.#events.tlsFailures(plan.domain, day));
      if (!made) continue;
      this.#tls.reports += 1;
      this.#tls.successful += made.successful;
      this.#tls.failed += made.failed;
      yield { ...this.#file(day, made.file), kind: 'smtp-tls', documents: 1 };
    }
  }

  *#failures(day: number): Generator<GeneratedFile> {
    for (const plan of this.#scenario.failures) {
      const traffic = this.#traffic.find(({ sender }) => sender.name === plan.sender);
      if (!traffic) continue;
      const { domain } = traffic.sender;
      for (const file of failureReports(plan, traffic, day, this.#days, this.#seed)) {
        this.#failureReports[domain] = (this.#failureReports[domain] ?? 0) + 1;
        yield { ...this.#file(day, file), kind: 'failure', documents: 1 };
      }
    }
  }

  /** Files that were cut on their way, each another one. */
  *#unreadable(day: number): Generator<GeneratedFile> {
    for (const { domain } of this.#scenario.reporters)
      for (let index = 0; index < this.#events.unreadable(domain, day); index += 1) {
        const bytes = Buffer.from(
          `<?xml version="1.0"?>\n<feedback><report_metadata><org_name>${domain} ${day}.${index}`,
        );
        const name = `${domain}!cut!${this.#days.date(day)}!${index}.xml`;
        yield { ...this.#file(day, { name, bytes }), kind: 'unreadable', documents: 1 };
      }
  }

  *#secondCopies(until: number): Generator<GeneratedFile> {
    for (const { day, file } of this.#copies.take(until))
      yield { ...this.#file(day, file), kind: 'aggregate', documents: 1 };
  }
}

/**
 * The files of a scenario. They depend on the scenario, the seed and the end day alone; compressed bytes also
 * depend on the zlib that Node was built with. Throws a RangeError where `endDay` is no date.
 */
export function generate(scenario: Scenario, options: GenerateOptions): Generation {
  const run = new Run(scenario, options);
  return { files: run.files(), truth: () => run.truth() };
}

/**
 * Gives every file to `write`, under `reports/`, and at last `truth.json` beside that folder, so that the folder
 * holds reports alone. Throws what `write` throws.
 */
export async function generateTo(
  write: (name: string, bytes: Uint8Array) => Promise<void>,
  scenario: Scenario,
  options: GenerateOptions,
): Promise<Truth> {
  const generation = generate(scenario, options);
  for (const { name, bytes } of generation.files) await write(`reports/${name}`, bytes);
  const truth = generation.truth();
  await write('truth.json', Buffer.from(`${JSON.stringify(truth, null, 2)}\n`, 'utf8'));
  return truth;
}
