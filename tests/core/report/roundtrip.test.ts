import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAggregate, readAggregateFromMemory } from '../../../src/core/report/aggregate/read.js';
import { DEFAULT_LIMITS } from '../../../src/core/report/limits.js';
import type { AggregateReport, ReportRecord } from '../../../src/core/report/report.js';
import { addressAt, parseRange } from '../../../src/core/sample/addresses.js';
import {
  ODDITY_NAMES,
  oddRecord,
  oddReport,
  styleOf,
  type OddityName,
} from '../../../src/core/sample/oddities.js';
import { writeAggregate } from '../../../src/core/sample/xml.js';

const RUNS = Number(process.env['ROUNDTRIP_RUNS'] ?? 60);

/** Text as a report can hold it: no control characters (XML 1.0 §2.2), nothing that trimming takes away. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...Array.from('äöß€–ж中😀&<>"\'];\r\n\t -ab')), maxLength: 20 }),
  )
  .map((value) => value.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '').trim())
  .filter((value) => value !== '');
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const domain = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.'));
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.option(arbitrary, { nil: null });
const word = (...words: readonly string[]): fc.Arbitrary<string | null> =>
  maybe(fc.oneof(fc.constantFrom(...words), fc.stringMatching(/^[a-z_]{1,12}$/)));
const iso = fc
  .integer({ min: Date.UTC(2010, 0, 1) / 1000, max: Date.UTC(2099, 0, 1) / 1000 })
  .map((seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`);
const address = fc.oneof(
  fc.nat({ max: 0xffffffff }).map((index) => addressAt(parseRange('0.0.0.0/0')!, index)),
  fc.maxSafeNat().map((index) => addressAt(parseRange('2001:db8::/64')!, index)),
  fc.maxSafeNat().map((index) => addressAt(parseRange('2001:db8:0:0:1::/80')!, index % 2 ** 48)),
);
/** What an extension looks like when it was kept: the reader writes an empty element in the short form. */
const extension = fc
  .oneof(
    text.map((content) =>
      content.replaceAll('&', '').replaceAll('<', '').replaceAll('>', '').replaceAll('\r', ''),
    ),
    fc.constant('<x:b n="1">2</x:b>'),
    fc.constant('<x:b/>'),
  )
  .map((content) => ({
    name: 'x:a',
    xml: content === '' ? '<x:a xmlns:x="urn:x"/>' : `<x:a xmlns:x="urn:x">${content}</x:a>`,
  }));
const extensions = fc.array(extension, { minLength: 1, maxLength: 3 });

const RESULTS = ['pass', 'fail', 'none', 'softfail', 'neutral', 'permerror', 'temperror', 'hardfail'];

const MOST_RECORDS = 6;

const record: fc.Arbitrary<ReportRecord> = fc
  .record({
    sourceIp: maybe(address),
    // So that all of them together stay within 2^53.
    count: fc.oneof(
      fc.nat({ max: 1000 }),
      fc.maxSafeNat().map((count) => Math.floor(count / MOST_RECORDS)),
    ),
    disposition: word('none', 'pass', 'quarantine', 'reject'),
    dkim: word('pass', 'fail'),
    spf: word('pass', 'fail', 'softfail'),
    reasons: fc.array(
      fc.record({ type: word('forwarded', 'local_policy', 'policy_test_mode'), comment: maybe(text) }),
      { maxLength: 3 },
    ),
    headerFrom: maybe(domain),
    envelopeFrom: maybe(domain),
    envelopeTo: maybe(domain),
    authResults: fc.record({
      dkim: fc.array(
        fc.record({
          domain: maybe(domain),
          selector: maybe(text),
          result: word(...RESULTS),
          humanResult: maybe(text),
        }),
        { maxLength: 3 },
      ),
      spf: fc.array(
        fc.record({
          domain: maybe(domain),
          scope: word('mfrom', 'helo'),
          result: word(...RESULTS),
          humanResult: maybe(text),
        }),
        { maxLength: 3 },
      ),
    }),
    extensions: fc.option(extensions, { nil: undefined }),
  })
  .map(({ extensions: some, ...rest }) => (some ? { ...rest, extensions: some } : rest));

const policy = fc.record({
  domain,
  versionPublished: maybe(text),
  p: word('none', 'quarantine', 'reject'),
  sp: word('none', 'quarantine', 'reject'),
  np: word('none', 'quarantine', 'reject'),
  adkim: word('r', 's'),
  aspf: word('r', 's'),
  pct: maybe(fc.nat({ max: 100 })),
  fo: maybe(fc.constantFrom('0', '1', '1:d', '0:1:d:s')),
  testing: word('y', 'n'),
  discoveryMethod: word('psl', 'treewalk'),
});

const report: fc.Arbitrary<AggregateReport> = fc
  .record({
    reporter: fc.record({
      orgName: maybe(text),
      email: maybe(fc.tuple(label, domain).map(([local, host]) => `${local}@${host}`)),
      extraContactInfo: maybe(text),
      generator: maybe(text),
    }),
    reportId: maybe(text),
    version: maybe(fc.constantFrom('1.0', '0.1', '2')),
    namespace: fc.constantFrom('', 'urn:ietf:params:xml:ns:dmarc-2.0', 'http://dmarc.org/dmarc-xml/0.1'),
    range: fc.tuple(iso, iso),
    errors: fc.array(text, { maxLength: 2 }),
    policy,
    languages: fc.option(fc.constantFrom('en', 'de-AT'), { nil: undefined }),
    extensions: fc.option(extensions, { nil: undefined }),
  })
  .map(({ range, languages, extensions: some, ...rest }) => ({
    ...rest,
    domain: rest.policy.domain,
    begin: range[0] < range[1] ? range[0] : range[1],
    end: range[0] < range[1] ? range[1] : range[0],
    // A language stands at an element, so it is told where the element is.
    ...(languages !== undefined && rest.reporter.extraContactInfo !== null
      ? { languages: { extra_contact_info: languages } }
      : {}),
    ...(some ? { extensions: some } : {}),
  }));
const records = fc.array(record, { minLength: 1, maxLength: MOST_RECORDS });

/** An address in angle brackets is a mail address all the same (RFC 5322 §3.4). */
function bareEmail(found: AggregateReport | null): AggregateReport | null {
  const email = found?.reporter.email?.replace(/^<(.*)>$/, '$1');
  return found && email !== undefined ? { ...found, reporter: { ...found.reporter, email } } : found;
}

function expectSame(
  names: readonly OddityName[],
  plainReport: AggregateReport,
  rows: readonly ReportRecord[],
): void {
  const said = oddReport(plainReport, names);
  const saidRows = rows.map((row) => oddRecord(row, names));

  const { records: found, outcome } = readAggregateFromMemory(
    writeAggregate(said, saidRows, styleOf(names)),
    { limits: DEFAULT_LIMITS },
  );

  expect(outcome.error).toBeNull();
  expect(bareEmail(outcome.report)).toEqual(said);
  expect(found).toEqual(saidRows);
}

async function readInPieces(bytes: Uint8Array, size: number) {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  let found: ReportRecord[] = [];
  for await (const event of readAggregate(pieces, { limits: DEFAULT_LIMITS })) {
    if (event.type === 'records') found.push(...event.records);
    else if (event.type === 'discard') found = [];
    else return { found, outcome: event.outcome };
  }
  throw new Error('the reading has no end');
}

describe('a report that was written and read again', () => {
  it('is the same, and nothing is odd about it, in the plain style of the standards', () => {
    fc.assert(
      fc.property(report, records, (plainReport, rows) => {
        const { records: found, outcome } = readAggregateFromMemory(writeAggregate(plainReport, rows), {
          limits: DEFAULT_LIMITS,
        });

        expect(outcome.report).toEqual(plainReport);
        expect(found).toEqual(rows);
        expect(outcome.problems.map(({ code }) => code)).not.toContain('xml-not-well-formed');
        expect(outcome.problems.map(({ code }) => code)).not.toContain('element-unknown');
      }),
      { numRuns: RUNS * 3 },
    );
  });

  it.each(ODDITY_NAMES)('is the same with the oddity %s', (name) => {
    expect.hasAssertions();

    fc.assert(
      fc.property(report, records, (plainReport, rows) => expectSame([name], plainReport, rows)),
      { numRuns: RUNS },
    );
  });

  it('is the same with several oddities at once', () => {
    fc.assert(
      fc.property(
        fc.subarray([...ODDITY_NAMES], { minLength: 2, maxLength: 6 }),
        report,
        records,
        expectSame,
      ),
      { numRuns: RUNS * 5 },
    );
  });

  it('is the same when its bytes come in small pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...ODDITY_NAMES], { maxLength: 3 }),
        report,
        records,
        fc.integer({ min: 1, max: 200 }),
        async (names, plainReport, rows, size) => {
          const said = oddReport(plainReport, names);
          const saidRows = rows.map((row) => oddRecord(row, names));

          const { found, outcome } = await readInPieces(writeAggregate(said, saidRows, styleOf(names)), size);

          expect(bareEmail(outcome.report)).toEqual(said);
          expect(found).toEqual(saidRows);
        },
      ),
      { numRuns: RUNS * 3 },
    );
  });
});
