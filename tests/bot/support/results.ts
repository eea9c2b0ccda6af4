import type { Figures } from '../../../src/core/analysis/figures.js';
import { NO_FIGURES } from '../../../src/core/analysis/figures.js';
import { failureTrend } from '../../../src/core/analysis/trend.js';
import { daysOf, lastDays, type Range } from '../../../src/core/analysis/range.js';
import type { ClaimResult, DomainsResult } from '../../../src/core/operations/domains.js';
import type { FetchResult } from '../../../src/core/operations/fetch.js';
import type { IngestResult } from '../../../src/core/operations/ingest.js';
import type { ProblemsResult, StatusResult } from '../../../src/core/operations/intake.js';
import type {
  ReportersResult,
  ReportItem,
  ReportResult,
  ReportsResult,
} from '../../../src/core/operations/reports.js';
import type { AlignmentResult, FailuresResult, TimelineResult } from '../../../src/core/operations/series.js';
import type { SourceResult, SourcesResult } from '../../../src/core/operations/sources.js';
import type { IntakeResult, SourceItem } from '../../../src/core/operations/source-states.js';
import type { SummaryResult } from '../../../src/core/operations/summary.js';
import { chatAnswers } from './chat-results.js';

/** Invented answers of operations, of any size and with any names in them, for the cards' tests. */

export const TODAY = '2026-03-18';

export function figures(messages: number, share = 0.982): Figures {
  const dmarcPass = Math.floor(messages * share);
  return {
    messages,
    dmarcPass,
    dkimAligned: Math.floor(dmarcPass * 0.98),
    spfAligned: Math.floor(dmarcPass * 0.9),
    quarantined: Math.floor((messages - dmarcPass) * 0.5),
    rejected: 0,
  };
}

export interface Invented {
  readonly domain: string | null;
  readonly range: Range;
  /** Entries of every list. */
  readonly size: number;
  /** Messages of every entry and day. */
  readonly messages: number;
  readonly share: number;
  /** Name of the entry with this number. */
  readonly name: (at: number) => string;
}

export function invented(of: Partial<Invented> = {}): Invented {
  return {
    domain: 'example.com',
    range: lastDays(30, TODAY),
    size: 3,
    messages: 1_377,
    share: 0.982,
    name: (at) => `198.51.100.${at}`,
    ...of,
  };
}

const list = <Item>(size: number, make: (at: number) => Item): Item[] =>
  Array.from({ length: size }, (_, at) => make(at));
const policy = {
  p: 'none',
  sp: 'reject',
  np: null,
  pct: null,
  adkim: 'r',
  aspf: 's',
  testing: null,
  day: '2026-03-16',
};

export function answers(given: Invented) {
  const { domain, range, size, messages, share, name } = given;
  const one = figures(messages, share);
  const series = daysOf(range).map((day) => ({ day, figures: one }));
  const whole = figures(messages * range.days, share);
  const lastReceived = size === 0 ? null : '2026-03-18T06:00:00.000Z';
  const answer = { domain, range, lastReceived, figures: whole };
  const next = size > 0 ? 'WzEyLCJ4Il0' : null;
  const source = (at: number) => ({
    source: at === 2 ? null : name(at),
    figures: one,
    firstDay: range.from,
    lastDay: range.to,
  });
  const item = (at: number): ReportItem => ({
    id: 1_000 + at,
    domain: domain ?? name(at),
    reporter: name(at),
    reportId: name(at),
    begin: '2026-03-16T00:00:00.000Z',
    end: '2026-03-16T23:59:59.000Z',
    firstDay: '2026-03-16',
    lastDay: '2026-03-16',
    versions: 1 + (at % 2),
    problems: at % 3,
    receivedAt: '2026-03-17T04:05:06.000Z',
    records: size,
    messages,
    dmarcPass: one.dmarcPass,
    dkimAligned: one.dkimAligned,
    spfAligned: one.spfAligned,
  });

  const summary: SummaryResult = {
    ...answer,
    compared: {
      days: range.days,
      figures: answer.figures,
      before: figures(Math.floor(messages * range.days * 0.97), share),
    },
    series,
    policy: domain === null ? null : { ...policy, p: size > 1_000 ? name(0) : 'none' },
    topSources: domain === null ? [] : list(Math.min(size, 5), (at) => ({ ...source(at), isNew: at === 1 })),
    topDomains: domain === null ? list(Math.min(size, 5), (at) => ({ domain: name(at), figures: one })) : [],
    newFailing: list(Math.min(size, 1), source),
    topReporters: list(Math.min(size, 5), (at) => ({ reporter: name(at), figures: one })),
    reporters: size,
    completeness: {
      expected: size * range.days,
      received: size * range.days - Math.min(size, 2),
      share: size === 0 ? null : 0.98,
      missing: list(Math.min(size, 2), name),
      missingCount: Math.min(size, 2),
    },
    domains: { seen: size, claimed: 1 },
    nextStep:
      size === 0 ? { code: 'get-reports' } : { code: 'look-at-new-source', source: name(0), failed: 24 },
    silence: size === 0 ? { code: 'none-yet' } : null,
  };
  const domains: DomainsResult = {
    range,
    next,
    items: list(size, (at) => ({
      domain: name(at),
      claimed: at === 0,
      firstSeen: '2025-01-01T00:00:00.000Z',
      lastReport: at === 1 ? null : '2026-03-18T06:00:00.000Z',
      policy: at === 1 ? null : policy,
      figures: at === 1 ? NO_FIGURES : one,
    })),
  };
  const claim: ClaimResult = { domain: domain ?? name(0), claimed: true, changed: true, seen: size > 0 };
  const release: ClaimResult = { ...claim, claimed: false, changed: size > 0 };
  const sources: SourcesResult = { ...answer, count: size * 10, items: list(size, source), next };
  const oneSource: SourceResult = {
    ...answer,
    source: name(0),
    series,
    firstSeen: size === 0 ? null : '2025-07-01',
    lastSeen: size === 0 ? null : '2026-03-17',
    domains: list(Math.min(size, 10), (at) => ({ domain: name(at), figures: one })),
    domainCount: size,
    reporterCount: size,
    reporters: list(Math.min(size, 10), (at) => ({ reporter: name(at), figures: one })),
    authResults: list(Math.min(size, 10), (at) => ({
      type: at % 2 === 0 ? 'dkim' : 'spf',
      domain: name(at),
      selector: at % 2 === 0 ? name(at + 1) : null,
      scope: at % 2 === 0 ? null : 'mfrom',
      result: 'pass',
      messages,
    })),
  };
  const timeline: TimelineResult = { ...answer, series };
  const alignment: AlignmentResult = {
    ...answer,
    both: Math.floor(whole.dmarcPass * 0.88),
    dkimOnly: Math.floor(whole.dmarcPass * 0.1),
    spfOnly: Math.floor(whole.dmarcPass * 0.02),
    neither: whole.messages - whole.dmarcPass,
    byDisposition: [
      { disposition: 'none', messages: whole.messages - whole.quarantined },
      { disposition: 'quarantine', messages: whole.quarantined },
    ],
  };
  const failures: FailuresResult = { ...answer, series: failureTrend(series) };
  const reporters: ReportersResult = {
    ...answer,
    count: size * 10,
    lastReport: lastReceived,
    next,
    items: list(size, (at) => ({
      reporter: name(at),
      figures: one,
      reports: 30,
      lastReport: at === 1 ? null : '2026-03-18T06:00:00.000Z',
      days: 29,
    })),
  };
  const reports: ReportsResult = { domain, range, lastReceived, items: list(size, item), next };
  const report: ReportResult = {
    ...item(1),
    next,
    header: {
      reporter: { orgName: name(0), email: name(1), extraContactInfo: null, generator: null },
      reportId: name(2),
      version: '1.0',
      namespace: '',
      domain: domain ?? name(0),
      begin: '2026-03-16T00:00:00Z',
      end: '2026-03-16T23:59:59Z',
      errors: list(Math.min(size, 5), name),
      policy: {
        domain,
        versionPublished: 'DMARC1',
        p: 'none',
        sp: null,
        np: null,
        adkim: 'r',
        aspf: null,
        pct: 100,
        fo: null,
        testing: null,
        discoveryMethod: null,
      },
    },
    rows: list(size, (at) => ({
      sourceIp: at === 2 ? null : name(at),
      count: messages,
      disposition: 'none',
      dkim: 'pass',
      spf: at === 1 ? null : 'fail',
      reasons: [],
      headerFrom: name(at + 1),
      envelopeFrom: null,
      envelopeTo: null,
      authResults: { dkim: [], spf: [] },
    })),
    problemList: list(size, (at) => ({
      code: `count-negative`,
      message: name(at),
      where: at === 1 ? null : name(at),
    })),
  };
  const problems: ProblemsResult = {
    domain,
    range: size === 1 ? null : range,
    counts: list(size, (at) => ({ code: at === 0 ? 'count-negative' : name(at), count: size - at })),
    items: list(size, (at) => ({
      rawId: at + 1,
      documentId: at === 2 ? null : at + 1,
      ordinal: at === 2 ? 0 : 1,
      code: 'count-negative',
      message: 'The count −1 is below zero; the row was left out.',
      where: at === 1 ? null : 'record 3 row/count',
      name: name(at),
      member: at === 1 ? null : name(at + 1),
      kind: at === 2 ? 'raw' : 'aggregate',
      domain: at === 1 ? null : 'example.com',
      reporter: at === 1 ? null : name(at + 2),
      reportId: at === 1 ? null : 7,
      receivedAt: '2026-03-18T06:00:00.000Z',
    })),
    next,
  };
  const status: StatusResult = {
    lastReceived,
    pending: size > 10 ? size : 0,
    processed: size * 100,
    failed: Math.min(size, 1),
    aggregate: size * 90,
    failure: size,
    tls: size,
    unreadable: size,
    duplicates: size,
    merged: size,
    failures: list(Math.min(size, 5), (at) => ({
      name: name(at),
      code: 'limit-ratio',
      message: name(at),
      at: '2026-03-18T06:00:00.000Z',
    })),
    domains: { seen: size, claimed: Math.min(size, 1) },
  };
  const ingest: IngestResult = {
    files: size,
    known: Math.floor(size / 2),
    raws: size,
    documents: { stored: size, duplicate: 1, merged: 0, unreadable: Math.min(size, 1) },
    messages: messages * size,
    problems: size,
    failed: 0,
    unopened: list(Math.min(size, 20), (at) => ({ path: name(at), message: 'You may not read it.' })),
    unopenedCount: size,
    changed: list(Math.min(size, 20), name),
    changedCount: size,
  };
  const sourceItem = (at: number): SourceItem => ({
    name: at === 0 ? 'mailbox' : name(at),
    kind: 'imap',
    place: name(at + 1),
    state: at === 0 ? 'good' : at === 1 ? 'trouble' : 'not-running',
    lastContact: at === 2 ? null : '2026-03-18T06:00:00.000Z',
    lastReport: at === 2 ? null : '2026-03-17T06:00:00.000Z',
    waiting: size,
    taken: messages,
    known: 1,
    failed: size,
    failures: list(Math.min(size, 10), (failure) => ({
      name: name(failure),
      code: 'no-report',
      message: name(failure + 1),
      at: '2026-03-18T06:00:00.000Z',
    })),
    trouble:
      at === 1 ? { code: 'sign-in-refused', message: name(at), since: '2026-03-18T05:00:00.000Z' } : null,
  });
  const intake: IntakeResult = { items: list(size, sourceItem) };
  const fetch: FetchResult = {
    note: size > 1 ? '1 still looks.' : null,
    items: list(size, (at) => ({
      ...sourceItem(at),
      outcome: at === 1 ? 'looking' : at === 2 ? 'nobody' : 'looked',
      brought: { taken: size, known: 1, failed: Math.min(size, 1) },
    })),
  };
  const reprocess = { ...ingest, domainDays: size * 30 };
  return {
    summary,
    domains,
    claim,
    release,
    sources,
    source: oneSource,
    timeline,
    alignment,
    failures,
    reporters,
    reports,
    report,
    problems,
    status,
    intake,
    fetch,
    ingest,
    reprocess,
    ...chatAnswers(given, timeline),
  };
}
